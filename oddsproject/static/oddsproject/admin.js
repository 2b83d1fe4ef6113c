// The theme as chosen for all pages, before anything is drawn: the admin's own library would remember another one.
(() => {
  const root = document.documentElement;
  const chosen = ["light", "dark"].find((theme) => root.classList.contains(theme)) ?? "auto";
  localStorage.setItem("_x_adminTheme", JSON.stringify(chosen));
  if (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches) root.classList.add("dark");
})();

// What explains a box of choices is a picture with a name; as a plain span, its name is not read aloud.
// The boxes are made when the page is loaded, by who listens after this.
addEventListener("load", () => setTimeout(() => {
  for (const told of document.querySelectorAll("span.help-tooltip[aria-label]:not([role])")) told.setAttribute("role", "img");
}));
