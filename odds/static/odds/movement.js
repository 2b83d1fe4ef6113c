// Draws the movement of one side of a market; what is chosen is asked of the server anew.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("movement-choice");
  const chart = document.getElementById("movement-chart");
  const told = document.getElementById("movement-told");

  function layoutOf(layout) {
    const [ink, line, accent] = ["--ink", "--line", "--accent"].map(resolvedColour);
    const axis = { gridcolor: line, linecolor: line, zerolinecolor: line };
    for (const shape of layout.shapes) {
      if (shape.type === "rect") Object.assign(shape, { fillcolor: accent, opacity: 0.1, line: { width: 0 } });
      else shape.line.color = ink;
    }
    return {
      ...layout,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: ink, family: "system-ui, sans-serif" },
      margin: { l: 56, r: 12, t: 12, b: 40 },
      hovermode: "closest",
      showlegend: true,
      legend: { orientation: "h", y: -0.15 },
      xaxis: { type: "date", ...layout.xaxis, ...axis },
      yaxis: { ...layout.yaxis, ...axis },
    };
  }

  function offerSides(sides, chosen) {
    form.side.replaceChildren(...Object.entries(sides).map(([side, name]) => new Option(name, side, false, side === chosen)));
  }

  async function draw() {
    const answer = await fetch(`${form.dataset.address}?${new URLSearchParams(new FormData(form))}`);
    if (!answer.ok) {
      told.textContent = "The chart could not be read. Reload the page to try again.";
      return;
    }
    const figure = await answer.json();
    offerSides(figure.sides, figure.side);
    await Plotly.react(chart, figure.data, layoutOf(figure.layout), { responsive: true, displaylogo: false });
    chart.dataset.drawn = figure.data.length;
  }

  form.addEventListener("submit", (submitted) => submitted.preventDefault());
  form.addEventListener("change", draw);
  draw();
});
