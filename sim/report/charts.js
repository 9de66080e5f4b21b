// What all charts share: colours, tooltips that tell a figure's origin, legend, keyboard, table.

const kColours = ['#4a74d9', '#e8a317', '#e5604a', '#39a77f', '#9a5fd0', '#e07aa8', '#5aa9c9', '#9c6b4e', '#8a919b', '#7a9a2b'];
const drawn = new Map();  // id -> Chart

const colour = (index) => kColours[index % kColours.length];
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const tooltip = () => ({
  backgroundColor: '#0d1117', titleColor: '#f2f5f9', bodyColor: '#f2f5f9', footerColor: '#aeb9c8', padding: 9, cornerRadius: 6,
  footerFont: {weight: 'normal', size: 11},
  callbacks: {
    label: (item) => describe(item.dataset.figures[item.dataIndex]),
    footer: (items) => items.flatMap((item) => {
      const f = item.dataset.figures[item.dataIndex];
      return [...f.origin, ...(f.also || []).flatMap((other) => other.origin.slice(1))];
    }),
  },
});

const axis = (title, more = {}) => ({
  title: {display: title !== '', text: title, color: style('--soft')},
  ticks: {color: style('--soft')}, grid: {color: style('--line')}, ...more,
});

/// Buttons instead of the canvas' own legend: they can be reached by keyboard.
function legend(chart) {
  const kept = chart.data.datasets.map((set, index) => ({set, index})).filter(({set}) => set.label);
  if (kept.length < 2) return element('div');
  return element('div', {class: 'legend'}, ...kept.map(({set, index}) => {
    const swatch = element('span', {class: 'swatch', style: `background: ${set.swatch || set.backgroundColor}`});
    const button = element('button', {type: 'button', 'aria-pressed': 'true'}, swatch, set.label);
    button.addEventListener('click', () => {
      const visible = !chart.isDatasetVisible(index);
      chart.setDatasetVisibility(index, visible);
      chart.update();
      button.setAttribute('aria-pressed', String(visible));
    });
    return button;
  }));
}

/// Arrow keys: left and right from value to value, up and down from series to series.
function installKeys(canvas, chart) {
  let at = null;
  canvas.addEventListener('keydown', (event) => {
    const step = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0]}[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const sets = chart.data.datasets.map((_, i) => i).filter((i) => chart.isDatasetVisible(i) && chart.data.datasets[i].figures);
    if (sets.length === 0) return;
    if (at === null) at = {set: 0, index: 0};
    else at = {set: (at.set + step[0] + sets.length) % sets.length, index: at.index + step[1]};
    const set = sets[at.set % sets.length];
    const count = chart.data.datasets[set].figures.length;
    at.index = (at.index + count) % count;
    const active = [{datasetIndex: set, index: at.index}];
    const point = chart.getDatasetMeta(set).data[at.index].tooltipPosition();
    chart.setActiveElements(active);
    chart.tooltip.setActiveElements(active, point);
    chart.update();
    const f = chart.data.datasets[set].figures[at.index];
    document.getElementById('said').textContent = `${chart.tooltip.title.join(' ')} ${describe(f)}, ${f.pointer}`;
  });
  canvas.addEventListener('blur', () => {
    at = null;
    chart.setActiveElements([]);
    chart.tooltip.setActiveElements([], {x: 0, y: 0});
    chart.update();
  });
}

/// The chart's figures as a table, one row a value.
function tableOf(chart) {
  const rows = chart.data.datasets.filter((set) => set.figures).flatMap((set) => set.figures.map((f, i) => [
    (chart.data.labels && chart.data.labels[i]) || f.label || '', set.label || '', f]));
  const box = element('details', {}, element('summary', {}, `Table, ${rows.length} values`));
  box.addEventListener('toggle', () => {  // built when it is wanted: large pages stay quick
    if (!box.open || box.childElementCount > 1) return;
    const body = table(['', 'series', 'value', 'origin'],
        rows.map(([label, series, f]) => [label, series, `${readable(f.value)} ${f.unit}`, element('code', {}, f.pointer)]));
    body.classList.add('long');
    box.append(body);
  });
  return box;
}

/// Adds a chart of `config` to `parent`; its datasets carry `figures`, one a value. `height` in pixels.
function chartIn(parent, id, {title, caption, height, config}) {
  const canvas = element('canvas', {id, tabindex: '0', role: 'img', 'aria-label': `${title}. ${caption} Arrow keys read the values.`});
  const box = element('figure', {}, element('h3', {}, title), element('figcaption', {}, caption));
  const plot = element('div', {class: 'plot', style: `height: ${height}px`}, canvas);
  box.append(plot);
  parent.append(box);
  config.options = {
    animation: false, responsive: true, maintainAspectRatio: false, ...config.options,
    plugins: {legend: {display: false}, tooltip: {...tooltip(), ...(config.tooltip || {})}, ...(config.options.plugins || {})},
  };
  const chart = new Chart(canvas, config);
  drawn.set(id, chart);
  plot.before(legend(chart));
  box.append(tableOf(chart));
  installKeys(canvas, chart);
  return chart;
}

/// Horizontal bars, stacked: one bar a label, one series a key.
function stackedBars(parent, id, {title, caption, unit, labels, series}) {
  return chartIn(parent, id, {
    title, caption, height: 46 + labels.length * (labels.length > 24 ? 17 : 24),
    config: {
      type: 'bar',
      data: {
        labels,
        datasets: series.map(({name, figures}, index) => ({
          label: name, figures, data: figures.map((f) => f.value), backgroundColor: colour(index), borderWidth: 0,
          barPercentage: 0.92, categoryPercentage: 0.9,
        })),
      },
      options: {
        indexAxis: 'y', interaction: {mode: 'nearest', intersect: true},
        scales: {
          x: axis(unit, {stacked: true}),
          y: axis('', {stacked: true, grid: {display: false}, ticks: {color: style('--soft'), autoSkip: false, font: {size: labels.length > 24 ? 10 : 12}}}),
        },
      },
    },
  });
}

/// Vertical 95 % intervals of the points of a scatter chart.
const intervals = {
  id: 'intervals',
  beforeDatasetsDraw(chart) {
    const {ctx, scales: {y}} = chart;
    chart.data.datasets.forEach((set, s) => {
      if (!set.intervals || !chart.isDatasetVisible(s)) return;
      ctx.save();
      ctx.strokeStyle = set.swatch || set.backgroundColor;
      ctx.globalAlpha = 0.55;
      ctx.lineWidth = 1.5;
      chart.getDatasetMeta(s).data.forEach((point, i) => {
        const [low, high] = set.intervals[i].map((value) => y.getPixelForValue(value));
        ctx.beginPath();
        for (const [x0, y0, x1, y1] of [[0, low, 0, high], [-4, low, 4, low], [-4, high, 4, high]]) {
          ctx.moveTo(point.x + x0, y0);
          ctx.lineTo(point.x + x1, y1);
        }
        ctx.stroke();
      });
      ctx.restore();
    });
  },
};

/// Names beside the points of a scatter chart.
const names = {
  id: 'names',
  afterDatasetsDraw(chart) {
    const {ctx, chartArea} = chart;
    ctx.save();
    ctx.font = `12px ${Chart.defaults.font.family}`;
    ctx.fillStyle = style('--soft');
    chart.data.datasets.forEach((set, s) => {
      if (!set.names || !chart.isDatasetVisible(s)) return;
      chart.getDatasetMeta(s).data.forEach((point, i) => {
        const toTheLeft = point.x + 12 + ctx.measureText(set.names[i]).width > chartArea.right;
        ctx.textAlign = toTheLeft ? 'right' : 'left';
        ctx.fillText(set.names[i], point.x + (toTheLeft ? -12 : 12), point.y + 4);
      });
    });
    ctx.restore();
  },
};
