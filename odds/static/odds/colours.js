// The colour that a custom property of the style sheet stands for now. It holds light-dark(...) unresolved: an element
// that uses it tells.
const resolvedColour = (name) => {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
};
