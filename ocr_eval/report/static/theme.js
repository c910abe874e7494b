// Before the first paint: scripts run (class js), and the theme that was chosen last.
'use strict';
{
  const root = document.documentElement, THEMES = ['system', 'light', 'dark'];
  const saved = function (theme) { // where storage is forbidden, a choice lasts as long as the page
    try {
      if (theme) localStorage.setItem('theme', theme);
      return localStorage.getItem('theme');
    } catch (error) {
      return theme;
    }
  };
  const show = function (theme) {
    const button = document.getElementById('theme');
    root.dataset.theme = THEMES.includes(theme) ? theme : 'system';
    if (button) button.textContent = button.dataset[root.dataset.theme];
  };
  root.classList.add('js');
  show(saved());
  document.addEventListener('DOMContentLoaded', function () {
    show(root.dataset.theme);
    document.getElementById('theme').addEventListener('click', function () {
      const next = THEMES[(THEMES.indexOf(root.dataset.theme) + 1) % 3];
      saved(next);
      show(next);
    });
  });
}
