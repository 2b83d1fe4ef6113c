// Draws the charts of runs, whose figures the server has. They take their colours from the style sheet.
document.addEventListener("DOMContentLoaded", async () => {
  const place = document.querySelector("[data-figures]");
  const answer = await fetch(place.dataset.figures);
  if (!answer.ok) {
    place.querySelector("[role='status']").textContent = "The charts could not be read. Reload the page to try again.";
    return;
  }
  const figures = await answer.text();
  const touch = matchMedia("(pointer: coarse)").matches;

  function draw() {
    const coloured = (key, value) => (typeof value === "string" && value.startsWith("--") ? resolvedColour(value) : value);
    for (const { id, data, layout } of JSON.parse(figures, coloured).figures) {
      layout.dragmode = touch ? false : "zoom";
      const chart = document.getElementById(id);
      Plotly.react(chart, data, layout, { displayModeBar: false, responsive: true }).then(() => {
        chart.dataset.drawn = data.length;
      });
    }
  }

  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
});
