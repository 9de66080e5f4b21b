// Operating points that `axvp search` found (search.json) or `axvp tune` made (operating_points.json).

/// A cell that names a selectable, with the colour it has in its table.
function selectableCell(f, ids) {
  return element('span', {}, element('span', {class: 'swatch', style: `background: ${colour(ids.indexOf(f.value))}`}), shown(f));
}

function divergenceChart(parent, source, s) {
  const points = source.content.points;
  const series = (label, key, kept, index) => {
    const figures = points.map((point, p) => ({point, p})).filter(({point}) => kept(point)).map(({point, p}) => {
      const saved = figure(source, `/points/${p}/saved_fraction`, {scale: kPercent});
      return {...figure(source, `/points/${p}/${key}`, {what: `${point.name}, ${label}`}), label: point.name, also: [saved], x: saved.value,
        unit: `nats at ${readable(saved.value)} % saved`};
    });
    return {label, figures, data: figures.map((f) => ({x: f.x, y: f.value})), backgroundColor: colour(index), swatch: colour(index),
      pointRadius: 6, pointHoverRadius: 8, names: figures.map((f) => f.label)};
  };
  const datasets = [series('predicted', 'predicted_kl_nats', () => true, 0),
    series('measured', 'refinement/kl_nats', (point) => point.refinement !== undefined, 1)].filter((set) => set.figures.length > 0);
  chartIn(parent, `search-${s}-divergence`, {
    title: 'Divergence and saving', caption: 'Kullback-Leibler divergence from the exact network, by what the multiplications save. To the lower right is better.',
    height: 320,
    config: {type: 'scatter', data: {datasets}, options: {scales: {x: axis('saved %', {grace: '10%'}), y: axis('nats', {beginAtZero: true})}}, plugins: [names]},
  });
}

function searchSection() {
  report.searches.forEach((source, s) => {
    const {points, pool, candidates, layers} = source.content;
    const f = (pointer, options) => shown(figure(source, pointer, options));
    const node = section(`search-${s}`, `Search ${source.name}`, `${candidates.length} candidates; cost: ${source.content.cost_metric}.`);
    node.append(element('p', {}, 'Pool: ', ...pool.flatMap((id, i) => [i > 0 ? ', ' : '', selectableCell(figure(source, `/pool/${i}`), pool)]), '; at most ',
        f('/pool_gap_fraction', {scale: kPercent}), ' % dearer than the optimum.'));
    const grid = element('div', {class: 'grid'});
    grid.append(element('div', {class: 'card'}, element('h3', {}, 'Operating points'), table(
        ['point', 'saved %', 'predicted KL', 'measured KL', '× any pool'], points.map((point, p) => [point.name, f(`/points/${p}/saved_fraction`, {scale: kPercent}),
          f(`/points/${p}/predicted_kl_nats`), point.refinement ? f(`/points/${p}/refinement/kl_nats`) : '-', f(`/points/${p}/predicted_kl_over_unlimited`)]))));
    node.append(grid);
    divergenceChart(grid, source, s);
    const box = table(['layer', 'cost %', 'curvature', ...points.map((point) => point.name)], layers.map((layer, l) => [layer.layer,
      f(`/layers/${l}/exact_cost_fraction`, {scale: kPercent}), f(`/layers/${l}/curvature`),
      ...points.map((_, p) => selectableCell(figure(source, `/layers/${l}/selectables/${p}/selectable`), pool))]));
    box.classList.add('long');
    node.append(element('div', {class: 'card', style: 'margin-top: 1rem'}, element('h3', {}, 'Multipliers of the layers'), box));
  });
}

function pointFileSection() {
  report.point_files.forEach((source, s) => {
    const {points, encoding} = source.content;
    const node = section(`points-${s}`, `Operating points ${source.name}`, `Multiplier of each layer, coded ${encoding}; layers in the order of execution.`);
    const ids = [...new Set(points.flatMap((point) => point.layers.map((layer) => layer.selectable)))];
    const box = table(['layer', ...points.map((point) => point.name)], points[0].layers.map((_, l) => [String(l),
      ...points.map((_, p) => selectableCell(figure(source, `/points/${p}/layers/${l}/selectable`), ids))]));
    box.classList.add('long');
    node.append(element('div', {class: 'card'}, box));
  });
}
