// Times in the reader's own zone, with UTC on hover; choices take effect when made; a failed refresh is told.
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

  // A part that could not be refreshed stays as it was, and the page says so.
  let refreshed = new Date();
  function tell(isStale) {
    const stale = document.getElementById("stale");
    stale.hidden = !isStale;
    if (isStale) stale.textContent = `Not refreshed since ${written(refreshed)}: the server or its database does not answer.`;
    else refreshed = new Date();
  }
  document.addEventListener("htmx:afterRequest", (event) => tell(!event.detail.successful));
})();
