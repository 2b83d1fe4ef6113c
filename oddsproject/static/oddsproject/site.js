// Times in the reader's own zone, with UTC on hover; choices take effect when made.
(() => {
  const shown = new Intl.DateTimeFormat([], {
    year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });

  function localise(root) {
    for (const time of root.querySelectorAll("time[datetime*='T']:not([title])")) {
      time.title = time.textContent;
      time.textContent = shown.format(new Date(time.dateTime));
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    localise(document);
    const form = document.querySelector("form.preferences");
    form.querySelector("button").hidden = true;
    form.addEventListener("change", () => form.submit());
  });
  document.addEventListener("htmx:afterSettle", () => localise(document));
})();
