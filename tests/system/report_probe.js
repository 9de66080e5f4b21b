// Put behind the report's own script by report_page_test: uses the page as a reader does and writes down what it sees.
(async () => {
  const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const told = (f) => ({file: f.source.file, pointer: f.pointer, by: f.by, raw: f.raw, value: f.value});
  const seen = {errors: window.bad, charts: {}, shown: [], bubble: '', said: '', themes: [], legend: null};

  for (const [id, chart] of drawn) {
    const {width, height} = chart.canvas;
    const pixels = chart.ctx.getImageData(0, 0, width, height).data;
    let painted = 0;
    for (let i = 3; i < pixels.length; i += 4) painted += pixels[i] > 0 ? 1 : 0;
    const sets = chart.data.datasets.map((set) => ({
      label: set.label, figures: set.figures.map(told),
      plotted: set.data.map((value) => (typeof value === 'object' ? value.y : value))}));
    // The largest value of all is wide enough for the mouse.
    let best = {set: 0, index: 0, value: -Infinity};
    sets.forEach((set, s) => set.figures.forEach((f, i) => {
      if (typeof f.value !== 'number' || f.value > best.value) best = {set: s, index: i, value: typeof f.value === 'number' ? f.value : best.value};
    }));
    chart.canvas.scrollIntoView();
    await frames();
    const box = chart.canvas.getBoundingClientRect();
    const at = chart.getDatasetMeta(best.set).data[best.index].getCenterPoint();
    chart.canvas.dispatchEvent(new MouseEvent('mousemove', {clientX: box.left + at.x, clientY: box.top + at.y, bubbles: true}));
    await frames();
    seen.charts[id] = {painted, sets, tooltip: {opacity: chart.tooltip.opacity, lines: chart.tooltip.footer || [],
      expected: sets[best.set].figures[best.index].pointer}};
  }
  for (const node of document.querySelectorAll('.figure')) seen.shown.push({...told(node.figure), text: node.textContent});

  const first = document.querySelector('.figure');
  first.dispatchEvent(new MouseEvent('mouseover', {bubbles: true}));
  seen.bubble = document.getElementById('tip').hidden ? '' : document.getElementById('tip').textContent;
  const chart = drawn.get('layer-energy') || [...drawn.values()][0];
  const canvas = chart.canvas;
  canvas.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}));
  canvas.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true}));
  seen.said = document.getElementById('said').textContent;
  const button = canvas.closest('figure').querySelector('.legend button');
  button.click();
  seen.legend = chart.isDatasetVisible(0);
  seen.themes.push(document.documentElement.dataset.theme);
  document.getElementById('theme').click();
  seen.themes.push(document.documentElement.dataset.theme);
  const output = document.createElement('pre');
  output.id = 'seen';
  output.textContent = JSON.stringify(seen);
  document.body.append(output);
})();
