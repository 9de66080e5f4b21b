// Draws the page, again when the theme changes.

function drawPage() {
  for (const chart of drawn.values()) chart.destroy();
  drawn.clear();
  document.getElementById('content').replaceChildren();
  document.getElementById('sections').replaceChildren();
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  if (report.runs.length > 0) {
    summarySection();
    pointsSection();
    comparisonSection();
    layersSection();
    multipliersSection();
    controllerSection();
  }
  explorationSection();
  searchSection();
  pointFileSection();
  provenanceSection();
}

function setTheme(name) {
  const root = document.documentElement;
  if (root.dataset.theme === name) return;
  root.dataset.theme = name;
  document.getElementById('theme').setAttribute('aria-pressed', String(name === 'dark'));
  document.getElementById('theme').textContent = name === 'dark' ? 'Light' : 'Dark';
  drawPage();
}

const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');
let chosen = null;  // by the switch; until then the system's preference holds
const preferred = () => chosen || (prefersDark.matches ? 'dark' : 'light');
prefersDark.addEventListener('change', () => setTheme(preferred()));
document.getElementById('theme').addEventListener('click', () => {
  chosen = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  setTheme(chosen);
});
document.getElementById('print').addEventListener('click', () => window.print());
window.addEventListener('beforeprint', () => setTheme('light'));
window.addEventListener('afterprint', () => setTheme(preferred()));
installTips();
setTheme(preferred());
document.documentElement.dataset.drawnMs = performance.now().toFixed(0);
