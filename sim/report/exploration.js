// The Pareto front of `axvp explore`: exploration.json.

const kObjectiveNames = {latency_ms: 'latency of an inference, ms', energy_uj: 'energy of an image, µJ', area_mm2: 'area, mm²',
  energy_delay_uj_ms: 'energy × delay, µJ ms', top1_fraction: 'top-1, fraction', images_per_second: 'images per second'};
const named = (key) => kObjectiveNames[key] || words(key);

/// An axis just around the values; logarithmic where they are amounts of different size.
function axisAround(key, values) {
  const low = Math.min(...values), high = Math.max(...values);
  if (key === 'top1_fraction' || !(high > 8 * low)) return axis(named(key), {grace: '5%'});
  return axis(named(key), {type: 'logarithmic', min: low / 1.1, max: high * 1.1});
}

function frontChart(parent, source, s, network, x, y) {
  const entries = source.content.front.map((entry, i) => ({entry, i})).filter(({entry}) => entry.network === network);
  const others = (source.content.sample || []).map((entry, i) => ({entry, i})).filter(({entry}) => entry.network === network);
  const parameters = Object.keys(source.content.varied || {});
  const seriesOf = (label, list, root, more) => {
    const figures = list.map(({entry, i}) => {
      const value = figure(source, `/${root}/${i}/${y}`, {what: named(y)});
      return {...value, x: entry[x], label: parameters.map((key) => `${words(key)} ${entry[key]}`).join(', '),
        also: [figure(source, `/${root}/${i}/${x}`)], unit: `at ${named(x)} ${readable(entry[x])}`};
    });
    return {label, figures, data: figures.map((f) => ({x: f.x, y: f.value})), ...more};
  };
  chartIn(parent, `front-${s}`, {
    title: network, caption: `${entries.length} configurations that no other one beats: none is as good in every objective and better in one.`, height: 420,
    tooltip: {callbacks: {...tooltip().callbacks, title: (items) => items.map((item) => item.dataset.figures[item.dataIndex].label)}},
    config: {
      type: 'scatter',
      data: {datasets: [
        seriesOf('front', entries, 'front', {backgroundColor: colour(0), swatch: colour(0), pointRadius: 5, pointHoverRadius: 8}),
        seriesOf('others, a sample', others, 'sample', {backgroundColor: style('--line'), swatch: colour(8), pointRadius: 2.5}),
      ]},
      options: {scales: {
        x: axisAround(x, [...entries, ...others].map(({entry}) => entry[x])), y: axisAround(y, [...entries, ...others].map(({entry}) => entry[y]))}},
    },
  });
}

function explorationSection() {
  report.explorations.forEach((source, s) => {
    const content = source.content;
    const node = section(`exploration-${s}`, several() || report.explorations.length > 1 ? `Exploration ${source.name}` : 'Exploration',
        `${readable(content.evaluated)} results of ${content.networks.join(', ')}; ${readable(content.front.length)} of them on a front.`);
    const axes = content.objectives;
    const menu = (id, name, start, names = axes) => {
      const select = element('select', {id: `${id}-${s}`, 'aria-label': name}, ...names.map((key) => element('option', {value: key}, names === axes ? named(key) : key)));
      select.value = start;
      return select;
    };
    const network = menu('front-network', 'Network', content.networks[0], content.networks);
    const x = menu('front-x', 'Horizontal axis', axes[0]), y = menu('front-y', 'Vertical axis', axes[Math.min(1, axes.length - 1)]);
    const grid = element('div', {class: 'grid'});
    const list = element('div', {class: 'card', style: 'margin-top: 1rem'});
    const draw = () => {
      if (drawn.has(`front-${s}`)) drawn.get(`front-${s}`).destroy();
      grid.replaceChildren();
      frontChart(grid, source, s, network.value, x.value, y.value);
      const keys = [...Object.keys(content.varied || {}), ...axes];
      const rows = content.front.map((entry, i) => ({entry, i})).filter(({entry}) => entry.network === network.value)
        .sort((a, b) => a.entry[x.value] - b.entry[x.value]);
      const box = table(['configuration', ...keys.map(named)], rows.map(({entry, i}) => [String(entry.configuration),
        ...keys.map((key) => shown(figure(source, `/front/${i}/${key}`)))]));
      box.classList.add('long');
      box.querySelectorAll('.figure').forEach((cell) => cell.removeAttribute('tabindex'));  // hundreds of them: by mouse, or in the chart
      list.replaceChildren(element('h3', {}, 'The front'), box);
    };
    for (const select of [network, x, y]) select.addEventListener('change', draw);
    node.append(element('div', {class: 'row'}, network, element('label', {}, 'across ', x), element('label', {}, 'up ', y)), grid, list);
    draw();
  });
}
