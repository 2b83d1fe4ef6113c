// Times in the reader's own zone, with UTC on hover; choices take effect when made.
(() => {
  const parts = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
  const ofThisYear = new Intl.DateTimeFormat([], parts);
  const ofAnother = new Intl.DateTimeFormat([], { year: "numeric", ...parts });

  function written(moment) {
    return (moment.getFullYear() === new Date().getFullYear() ? ofThisYear : ofAnother).format(moment);
  }

  function localise(root) {
    for (const time of root.querySelectorAll("time[datetime*='T']:not([title])")) {
      time.title = time.textContent;
      time.textContent = written(new Date(time.dateTime));
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
