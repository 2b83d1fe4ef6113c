// Looks from time to time whether this page is back, and shows it then. What was sent with a form is not sent again.
(() => {
  const wait = 1000 * document.currentScript.dataset.seconds;

  async function look() {
    const answer = await fetch(location.href, { method: "HEAD" }).catch(() => null);
    if (answer && answer.status !== 503) location.replace(location.href);
    else setTimeout(look, wait);
  }

  setTimeout(look, wait);
})();
