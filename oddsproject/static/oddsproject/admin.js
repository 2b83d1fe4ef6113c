// The theme as chosen for all pages, before anything is drawn: the admin's own library would remember another one.
(() => {
  const root = document.documentElement;
  const chosen = ["light", "dark"].find((theme) => root.classList.contains(theme)) ?? "auto";
  localStorage.setItem("_x_adminTheme", JSON.stringify(chosen));
  if (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches) root.classList.add("dark");
})();
