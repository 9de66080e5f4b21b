// One function a section; each reads result.json through figures and leaves out what a file does not hold.

const kOwners = ['array', 'vector_unit', 'wait_for_weights', 'wait_for_activations', 'write_back', 'switch', 'descriptor'];
const kParts = ['multipliers', 'processing_elements', 'vector_unit', 'activation_scratchpad', 'weight_scratchpad',
  'accumulator_scratchpad', 'parameter_memory', 'dram', 'leakage'];
const words = (key) => key.replace(/_/g, ' ');
const kMicro = 1e-6;  // picojoules to microjoules
const kPercent = 100;

const pointsOf = (run) => run.content.operating_points.map((point, index) => ({point, index, at: `/operating_points/${index}`}));
const several = () => report.runs.length > 1;
const fullName = (run, point) => (several() ? `${run.name}: ${point.name}` : point.name);

function section(id, title, lead) {
  const node = element('section', {id}, element('h2', {}, title), lead ? element('p', {class: 'lead'}, lead) : null);
  document.getElementById('content').append(node);
  document.getElementById('sections').append(element('a', {href: `#${id}`}, title));
  return node;
}

function cardsOf(run) {
  const f = (pointer, options) => figure(run, pointer, options);
  const rows = f('/configuration/platform/array/rows'), columns = f('/configuration/platform/array/columns');
  const area = f('/area/array_um2', {scale: 1e-6, unit: 'mm²', what: 'cells of the array'});
  const best = f('/operating_points/0/top1_fraction', {scale: kPercent, unit: '%', what: 'top-1 of point 0'});
  const energy = f('/operating_points/0/total_energy_per_image_pj', {scale: kMicro, unit: 'µJ', what: 'energy per image of point 0'});
  const frames = f('/operating_points/0/frames_per_second', {what: 'images per second of point 0'});
  const card = (name, big, small) => element('div', {class: 'card'}, element('p', {class: 'note'}, name),
      element('p', {class: name === 'Network' ? 'big name' : 'big'}, ...big), element('p', {class: 'note'}, ...small));
  return element('div', {class: 'cards'},
      card('Network', [shown(f('/network/name'))], ['on ', shown(f('/network/data')), ', ', shown(f('/operating_points/0/images')), ' images']),
      card('Array', [shown(rows), ' × ', shown(columns)], [shown(f('/configuration/platform/clock_mhz')), ' MHz, ', shown(f('/network/encoding')),
        ...(area.raw === undefined ? [] : [', ', shown(area), ' mm²'])]),
      card(`Top-1, ${run.content.operating_points[0].name}`, [shown(best), ' %'],
          ['95 %: ', shown(f('/operating_points/0/top1_low_95', {scale: kPercent})), ' to ', shown(f('/operating_points/0/top1_high_95', {scale: kPercent}))]),
      card('Energy per image', [shown(energy), ' µJ'], ['multiplications ',
        shown(f('/operating_points/0/multiplication_energy_per_image_pj', {scale: kMicro})), ' µJ']),
      card('Speed', [shown(frames), ' /s'], [shown(f('/operating_points/0/cycles_per_image')), ' cycles per image']));
}

function summarySection() {
  const node = section('summary', 'Summary', '');
  for (const run of report.runs) {
    node.append(element('h3', {}, run.name), cardsOf(run));
    const notes = run.content.notes || [];
    if (notes.length > 0) node.append(element('ul', {class: 'note'}, ...notes.map((note) => element('li', {}, note))));
  }
}

function pointRow(run, {point, index, at}) {
  const cell = (key, scale = 1) => shown(figure(run, `${at}/${key}`, {scale}));
  const saved = (key) => (point[key] === null || point[key] === undefined ? '-' : cell(key, kPercent));
  return [fullName(run, point), cell('top1_fraction', kPercent),
    element('span', {}, cell('top1_low_95', kPercent), ' to ', cell('top1_high_95', kPercent)), cell('cycles_per_image'),
    cell('frames_per_second'), cell('multiplication_energy_per_image_pj', kMicro), index === 0 ? '-' : saved('multiplication_saving_fraction'),
    cell('total_energy_per_image_pj', kMicro), index === 0 ? '-' : saved('total_saving_fraction'),
    point.average_power_mw === undefined ? '-' : cell('average_power_mw')];
}

function accuracyChart(parent, id, key, title) {
  return chartIn(parent, id, {
    title, caption: 'Bars: 95 % interval of top-1. To the upper left is better.', height: 340,
    config: {
      type: 'scatter',
      data: {
        datasets: report.runs.map((run, r) => {
          const figures = pointsOf(run).map(({point, at}) => {
            const energy = figure(run, `${at}/${key}`, {what: 'energy per image', unit: 'µJ', scale: kMicro});
            const accuracy = figure(run, `${at}/top1_fraction`, {what: `${point.name}: top-1`, unit: '%', scale: kPercent});
            return {...accuracy, label: point.name, also: [energy], x: energy.value, unit: `% at ${readable(energy.value)} µJ`};
          });
          return {
            label: run.name, figures, data: figures.map((f) => ({x: f.x, y: f.value})), backgroundColor: colour(r), swatch: colour(r),
            intervals: run.content.operating_points.map((p) => [p.top1_low_95 * kPercent, p.top1_high_95 * kPercent]),
            pointRadius: 6, pointHoverRadius: 8, names: figures.map((f) => f.label),
          };
        }),
      },
      options: {
        scales: {x: axis('µJ per image', {grace: '8%'}), y: axis('top-1 %', {
          suggestedMin: Math.min(...report.runs.flatMap((run) => run.content.operating_points.map((p) => p.top1_low_95 * kPercent))) - 0.5,
          suggestedMax: Math.max(...report.runs.flatMap((run) => run.content.operating_points.map((p) => p.top1_high_95 * kPercent))) + 0.5})},
      },
      plugins: [intervals, names],
    },
  });
}

function pointsSection() {
  const node = section('points', 'Operating points',
      several() ? 'The same network at several settings of its multipliers, and several runs beside each other. Savings are against point 0 of the same run.'
                : 'The same network at several settings of its multipliers. Savings are against point 0.');
  node.append(element('div', {class: 'card'}, table(
      ['point', 'top-1 %', '95 %', 'cycles / image', 'images / s', 'multiplications µJ', 'saved %', 'total µJ', 'saved %', 'mW'],
      report.runs.flatMap((run) => pointsOf(run).map((entry) => pointRow(run, entry))))));
  const grid = element('div', {class: 'grid'});
  node.append(grid);
  accuracyChart(grid, 'accuracy-multiplication', 'multiplication_energy_per_image_pj', 'Accuracy and energy of the multiplications');
  accuracyChart(grid, 'accuracy-total', 'total_energy_per_image_pj', 'Accuracy and energy of everything');
  const entries = report.runs.flatMap((run) => pointsOf(run).map((entry) => ({run, ...entry})));
  const stacked = (id, title, folder, keys, suffix, unit, scale) => stackedBars(grid, id, {
    title, caption: 'Per image, over all images, the first loading of tables contained.', unit,
    labels: entries.map(({run, point}) => fullName(run, point)),
    series: keys.map((key) => ({name: words(key), figures: entries.map(({run, at}) =>
      figure(run, `${at}/${folder}/${key}${suffix}`, {what: words(key), unit, scale, by: `${at}/images`}))})),
  });
  stacked('energy-of-points', 'Where the energy goes', 'energy_all_images', kParts, '_pj', 'µJ', kMicro);
  stacked('cycles-of-points', 'Where the time goes', 'cycles_by_owner_all_images', kOwners, '', 'cycles', 1);
}

function comparisonSection() {
  if (!several()) return;
  const node = section('comparison', 'Runs beside each other', `Point by point against ${report.runs[0].name}; points are matched by name.`);
  const keys = [['top1_fraction', 'top-1 %', kPercent], ['cycles_per_image', 'cycles / image', 1], ['total_energy_per_image_pj', 'total µJ', kMicro],
    ['multiplication_energy_per_image_pj', 'multiplications µJ', kMicro]];
  const first = new Map(pointsOf(report.runs[0]).map((entry) => [entry.point.name, entry]));
  const change = (now, before, key) => {
    if (typeof now.value !== 'number' || typeof before.value !== 'number' || before.value === 0) return '';
    const text = key === 'top1_fraction' ? `${(now.value - before.value).toFixed(2)} points` : `${((now.value / before.value - 1) * 100).toFixed(1)} %`;
    return ` (${text.startsWith('-') ? '' : '+'}${text})`;
  };
  node.append(element('div', {class: 'card'}, table(['run', 'point', ...keys.map(([, head]) => head)],
      report.runs.flatMap((run, r) => pointsOf(run).map(({point, at}) => [run.name, point.name, ...keys.map(([key, , scale]) => {
        const now = figure(run, `${at}/${key}`, {scale});
        const base = first.get(point.name);
        return element('span', {}, shown(now), r === 0 || base === undefined ? '' : change(now, figure(report.runs[0], `${base.at}/${key}`, {scale}), key));
      })])))));
}

/// Two menus: which run, which point of it. Calls `draw(run, index)` at once and after each choice.
function chooser(node, id, draw) {
  const run = element('select', {id: `${id}-run`, 'aria-label': 'Run'}, ...report.runs.map((r, i) => element('option', {value: i}, r.name)));
  const point = element('select', {id: `${id}-point`, 'aria-label': 'Operating point'});
  const fill = () => point.replaceChildren(...report.runs[run.value].content.operating_points.map((p, i) => element('option', {value: i}, p.name)));
  fill();
  const redraw = () => draw(report.runs[run.value], Number(point.value));
  run.addEventListener('change', () => { fill(); redraw(); });
  point.addEventListener('change', redraw);
  node.append(element('div', {class: 'row'}, several() ? run : null, point));
  redraw();
}

function layersSection() {
  const node = section('layers', 'Layers', 'Operations in the order of execution, per image. Every cycle has one owner: what works first of the list below.');
  node.classList.add('tall');
  const grid = element('div', {class: 'grid'});
  chooser(node, 'layers', (run, p) => {
    for (const id of ['layer-cycles', 'layer-energy']) { if (drawn.has(id)) drawn.get(id).destroy(); drawn.delete(id); }
    grid.replaceChildren();
    const operations = run.content.operating_points[p].operations;
    const labels = operations.map((operation) => operation.name);
    const bars = (id, title, caption, folder, keys, suffix, unit, scale) => stackedBars(grid, id, {
      title, caption, unit, labels,
      series: keys.map((key) => ({name: words(key), figures: operations.map((_, o) => {
        const at = `/operating_points/${p}/operations/${o}`;
        return figure(run, `${at}/${folder}/${key}${suffix}`, {what: words(key), unit, scale, by: `${at}/images`});
      })})),
    });
    bars('layer-cycles', 'Cycles by owner', 'Whom the accelerator waited for.', 'cycles_by_owner', kOwners, '', 'cycles', 1);
    bars('layer-energy', 'Energy by part', 'Multipliers are the part that operating points change.', 'energy', kParts, '_pj', 'µJ', kMicro);
  });
  node.append(grid);
}

function multipliersSection() {
  const node = section('multipliers', 'Multipliers of the layers', 'Which multiplier each operating point selects in each layer; cells of one colour are one multiplier.');
  for (const run of report.runs) {
    const points = pointsOf(run);
    const ids = [...new Set(points.flatMap(({point}) => point.selectable_of_layer))];
    const layers = points[0].point.operations.map((operation, o) => ({operation, o})).filter(({operation}) => operation.selectable !== undefined);
    const cell = (p, o) => selectableCell(figure(run, `/operating_points/${p}/operations/${o}/selectable`), ids);
    const box = element('div', {class: 'card'}, several() ? element('h3', {}, run.name) : null, table(
        ['layer', 'MACs per image', ...points.map(({point}) => point.name)],
        layers.map(({operation, o}) => [operation.name, shown(figure(run, `/operating_points/0/operations/${o}/macs_per_image`)),
          ...points.map(({index}) => cell(index, o))])));
    box.lastChild.classList.add('long');
    node.append(box);
  }
}

/// Energy of the budget's windows, or of single inferences where there are none, over simulated time.
function energyOverTime(grid, run, id) {
  const windows = run.content.controller.windows || [];
  const images = run.content.controller.inferences;
  const inWindows = windows.length > 0;
  const list = inWindows ? windows.map((w, i) => [i, w]) : Object.entries(images);
  const root = inWindows ? '/controller/windows' : '/controller/inferences';
  const series = (key, name, scale) => list.map(([i, entry]) => ({
    ...figure(run, `${root}/${i}/${key}`, {what: `${name}, at ${entry.point}`, unit: 'µJ', scale}), x: entry.end_ms, label: `${readable(entry.end_ms)} ms`}));
  const spent = inWindows ? series('window_uj', 'energy of the window', 1) : series('energy_pj', 'energy of the inference', kMicro);
  const set = (label, figures, more) => ({label, figures, data: figures.map((f) => ({x: f.x, y: f.value})), ...more});
  const over = list.map(([, entry]) => entry.is_over_budget === true);
  const datasets = [set(inWindows ? 'window' : 'inference', spent, {
    backgroundColor: colour(0), borderColor: colour(0), swatch: colour(0), borderWidth: 1.5, showLine: inWindows,
    pointRadius: list.map((_, i) => (over[i] ? 5 : inWindows ? 3 : 2)), pointBackgroundColor: list.map((_, i) => (over[i] ? style('--bad') : colour(0)))})];
  if (inWindows) datasets.push(set('budget', series('budget_uj', 'budget', 1), {
    backgroundColor: colour(1), borderColor: colour(1), swatch: colour(1), borderWidth: 2, stepped: 'before', showLine: true, pointRadius: 0, pointHoverRadius: 4, pointHitRadius: 5}));
  chartIn(grid, id, {
    title: inWindows ? 'Energy of each window against the budget' : 'Energy of each inference',
    caption: inWindows ? 'Red: over the budget.' : 'In the order of the images, a batch at a time.', height: 300,
    config: {type: 'scatter', data: {datasets}, options: {scales: {x: axis('ms of simulated time'), y: axis('µJ')}}},
  });
}

/// Which operating point was active when: from one switch to the next one.
function pointsOverTime(grid, run, id) {
  const {switches, inferences} = run.content.controller;
  const names = run.content.operating_points.map((point) => point.name);
  const last = Object.keys(inferences).pop();
  const figures = switches.map((change, i) => ({
    ...figure(run, `/controller/switches/${i}/to`, {what: `from ${readable(change.at_ms)} ms on`}), label: `${readable(change.at_ms)} ms`,
    also: [figure(run, `/controller/switches/${i}/at_ms`), figure(run, `/controller/switches/${i}/reason`)]}));
  const data = switches.map((change) => ({x: change.at_ms, y: change.to}));
  if (last !== undefined && figures.length > 0) {
    const end = figure(run, `/controller/inferences/${last}/end_ms`);
    figures.push({...figure(run, `/controller/inferences/${last}/point`, {what: `until ${readable(end.value)} ms`}), label: 'end', also: [end]});
    data.push({x: end.value, y: inferences[last].point});
  }
  chartIn(grid, id, {
    title: 'Operating point over time', caption: 'A dot is a switch.', height: 300,
    config: {
      type: 'line', data: {datasets: [{label: 'point', figures, data, backgroundColor: colour(2), borderColor: colour(2), swatch: colour(2), borderWidth: 3, stepped: true, pointRadius: 5}]},
      options: {scales: {x: axis('ms of simulated time', {type: 'linear', min: 0}), y: axis('', {type: 'category', labels: names, offset: true})}},
    },
  });
}

/// What the policy margin did, beside the points alone; figures per image.
function cascadeTables(run, f) {
  const {stages, switches} = run.content.controller.cascade;
  const card = (title, head, rows) => element('div', {class: 'card'}, element('h3', {}, title), table(head, rows));
  const costs = (name, at, top1) => [name, f(top1, {scale: kPercent}), f(`${at}/cycles_per_image`),
    f(`${at}/multiplication_energy_per_image_pj`, {scale: kMicro}), f(`${at}/total_energy_per_image_pj`, {scale: kMicro})];
  return [
    card('Stages', ['point', 'taken above margin', 'images', 'of images %'], stages.map((stage, i) => [stage.point,
      stage.threshold === null ? 'always' : f(`/controller/cascade/stages/${i}/threshold`), f(`/controller/cascade/stages/${i}/images`),
      f(`/controller/cascade/stages/${i}/images_fraction`, {scale: kPercent})])),
    card('Per image', ['', 'top-1 %', 'cycles', 'multiplication µJ', 'total µJ'], [
      ...pointsOf(run).map(({point, at}) => costs(`${point.name} alone`, at, `${at}/top1_fraction`)),
      costs('cascade', '/controller/cascade', '/controller/top1_fraction')]),
    card('Switches', ['from', 'to', 'number', 'bytes', 'cycles', 'µJ'], switches.map((change, i) => [change.from, change.to,
      ...['number', 'bytes', 'cycles'].map((key) => f(`/controller/cascade/switches/${i}/${key}`)),
      f(`/controller/cascade/switches/${i}/energy_pj`, {scale: kMicro})]))];
}

function controllerSection() {
  const runs = report.runs.filter((run) => run.content.controller !== undefined);
  if (runs.length === 0) return;
  const node = section('controller', 'Controller', 'What chose between the operating points while the images ran.');
  for (const run of runs) {
    const r = report.runs.indexOf(run), controller = run.content.controller;
    const f = (pointer, options) => shown(figure(run, `/controller${pointer}`, options));
    node.append(element('p', {}, several() ? `${run.name}: ` : '', 'policy ', f('/policy/policy'), ', top-1 ', f('/top1_fraction', {scale: kPercent}), ' %, ',
        f('/energy/total_pj', {scale: kMicro}), ' µJ in all',
        ...(controller.windows && controller.windows.length > 0 ? [', windows over budget ', f('/windows_over_budget'), ` of ${controller.windows.length}`] : []), '.'));
    const grid = element('div', {class: 'grid'});
    node.append(grid);
    energyOverTime(grid, run, `controller-energy-${r}`);
    if (controller.cascade) {
      node.append(element('div', {class: 'grid'}, ...cascadeTables(run, (pointer, options) => shown(figure(run, pointer, options)))));
      continue;
    }
    pointsOverTime(grid, run, `controller-points-${r}`);
    const tables = element('div', {class: 'grid'}, element('div', {class: 'card'}, element('h3', {}, 'Switches'), table(
        ['at ms', 'from', 'to', 'bytes', 'cycles', 'µJ', 'reason'], controller.switches.map((change, i) => [f(`/switches/${i}/at_ms`), change.from || '-', f(`/switches/${i}/to`),
          f(`/switches/${i}/bytes`), f(`/switches/${i}/cycles`), f(`/switches/${i}/energy/total_pj`, {scale: kMicro}), element('span', {class: 'wrap'}, change.reason)]))));
    if (controller.time_at_points) tables.append(element('div', {class: 'card'}, element('h3', {}, 'Time at each point'), table(['point', 'images', 'ms'],
        controller.time_at_points.map((entry, i) => [entry.point, f(`/time_at_points/${i}/images`), f(`/time_at_points/${i}/time_ms`)]))));
    tables.querySelectorAll('.scroll').forEach((box) => box.classList.add('long'));
    node.append(tables);
  }
}

function provenanceSection() {
  const node = section('provenance', 'Provenance', 'What the figures were made from. The configuration repeats the run.');
  for (const run of [...report.runs, ...report.explorations, ...report.searches, ...report.point_files]) {
    const content = run.content, provenance = content.provenance || {};
    const rows = [];
    const walk = (value, pointer, name) => {
      if (value !== null && typeof value === 'object') for (const [key, inner] of Object.entries(value)) walk(inner, `${pointer}/${escapeKey(key)}`, [...name, words(key)]);
      else rows.push([name.join(', '), shown(figure(run, pointer), String(value))]);
    };
    walk(provenance, '/provenance', []);
    if (content.energy_origin) walk(content.energy_origin, '/energy_origin', ['energy']);
    const box = element('div', {class: 'card'}, element('h3', {}, run.name), element('p', {class: 'note'}, element('code', {}, run.file)), table(['', ''], rows));
    box.classList.add('pairs');
    if (content.configuration) box.append(element('details', {}, element('summary', {}, 'Configuration'), element('pre', {}, JSON.stringify(content.configuration, null, 2))));
    node.append(box);
  }
}
