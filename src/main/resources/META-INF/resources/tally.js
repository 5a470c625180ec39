// The page: one stream of events, each with the whole state, so that any of them may be missed.

const SILENCE_MS = 4000; // events come every second
const RETRY_MS = 1000;
const HISTORY_S = 600;
const GAP_S = 3;

const element = (id) => document.getElementById(id);
const number = new Intl.NumberFormat();
const oneDecimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const minute = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayAndMinute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });

// ---- words ---------------------------------------------------------------------------------------------------------

const count = (value) => (value == null ? '–' : number.format(value));
const time = (iso) => (iso == null ? '–' : clock.format(new Date(iso)));

/** Names the day unless it is today. */
function moment(iso) {
  const date = new Date(iso);
  return (date.toDateString() === new Date().toDateString() ? minute : dayAndMinute).format(date);
}

/** Where a window begins or ends, as precisely as windows of its length need. */
function edge(iso, { windowSeconds }) {
  const format = windowSeconds >= 86400 ? dayAndMinute : windowSeconds % 60 > 0 ? clock : minute;
  return format.format(new Date(iso));
}

/** Exact: numbers come as text where they may have more digits than a number holds. */
function exact(text) {
  const [whole, decimals] = text.split('.');
  return number.format(BigInt(whole)).replace(/^0/, whole.startsWith('-') ? '-0' : '0') + (decimals ? '.' + decimals : '');
}

const isNumber = (column) => /^(smallint|integer|bigint|numeric)/.test(column.type);

/** A value of a view's column. */
function cell(column, value) {
  if (value == null) return { text: 'NULL', kind: 'quiet' };
  if (column.role === 'MEASURE' && isNumber(column)) return { text: exact(String(value)) };
  if (column.type.startsWith('timestamp')) return { text: moment(value) };
  return { text: value === '' ? '(empty)' : String(value), kind: value === '' ? 'quiet' : '' };
}

function seconds(value) {
  if (value == null) return '–';
  if (Math.abs(value) < 10) return oneDecimal.format(value) + ' s';
  if (Math.abs(value) < 120) return Math.round(value) + ' s';
  return Math.abs(value) < 7200 ? Math.round(value / 60) + ' min' : duration(value);
}

function duration(value) {
  const days = Math.floor(value / 86400);
  const hours = Math.floor(value / 3600) % 24;
  const minutes = Math.floor(value / 60) % 60;
  if (days > 0) return `${days} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes} min` : minutes > 0 ? `${minutes} min` : `${Math.floor(value)} s`;
}

function millis(value) {
  if (value == null) return '–';
  return value < 10000 ? count(value) + ' ms' : seconds(value / 1000);
}

// ---- writing into the page -----------------------------------------------------------------------------------------

function write(target, text) {
  const node = typeof target === 'string' ? element(target) : target;
  if (node.textContent !== text) node.textContent = text;
}

/** Heads of a table's columns: names, and whether they are right-aligned. */
function heads(id, columns) {
  const head = element(id).parentElement.tHead.rows[0];
  const wanted = columns.map(({ name, kind }) => `${kind} ${name}`).join('\n');
  if (head.dataset.columns === wanted) return;
  head.dataset.columns = wanted;
  head.replaceChildren(...columns.map(({ name, kind }) => {
    const node = document.createElement(kind === 'bar' ? 'td' : 'th');
    if (kind !== 'bar') node.scope = 'col';
    node.className = kind;
    node.textContent = name;
    return node;
  }));
  element(id).replaceChildren();
}

/** Rows of a table: cells are texts, or {text, kind}, or {share} of the largest; what stays is left alone. */
function rows(id, list, cells, whenEmpty) {
  const body = element(id);
  const columns = [...body.parentElement.tHead.rows[0].cells].map((cell) => cell.className);
  if (list.length === 0) {
    if (body.rows.length !== 1 || !body.querySelector('.empty')) {
      const cell = document.createElement('td');
      cell.className = 'empty';
      cell.colSpan = columns.length;
      cell.textContent = whenEmpty;
      const row = document.createElement('tr');
      row.append(cell);
      body.replaceChildren(row);
    }
    return;
  }
  if (body.querySelector('.empty')) body.replaceChildren();
  while (body.rows.length > list.length) body.lastElementChild.remove();
  list.forEach((item, at) => {
    const row = body.rows[at] ?? body.insertRow();
    while (row.cells.length > columns.length) row.lastElementChild.remove();
    cells(item).forEach((content, column) => {
      const cell = row.cells[column] ?? row.insertCell();
      const value = typeof content === 'object' ? content : { text: content };
      const name = [columns[column], value.kind].filter(Boolean).join(' ');
      if (cell.className !== name) cell.className = name;
      if ('share' in value) share(cell, value);
      else write(cell, value.text);
    });
  });
}

function share(cell, { share: value, label }) {
  const meter = cell.firstElementChild ?? cell.appendChild(document.createElement('meter'));
  meter.value = value;
  meter.setAttribute('aria-label', label);
}

// ---- charts --------------------------------------------------------------------------------------------------------

const CHARTS = {
  recordsPerSecond: { unit: 'records a second', show: (value) => number.format(Math.round(value)) + ' /s', least: 10 },
  latencyMillis: { unit: 'milliseconds', show: millis, least: 100 },
  watermarkLagSeconds: { unit: 'seconds', show: seconds, least: 10 },
  lagRecords: { unit: 'records', show: count, least: 10 },
};

let samples = [];
const charts = [];

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const compact = new Intl.NumberFormat(undefined, { notation: 'compact' });

function makeChart(figure) {
  const name = figure.dataset.chart;
  const plot = figure.querySelector('.plot');
  const axis = { stroke: () => color('--muted'), font: '11px ' + getComputedStyle(document.body).fontFamily, ticks: { show: false } };
  const chart = new uPlot(
    {
      width: plot.clientWidth,
      height: plot.clientHeight,
      cursor: { sync: { key: 'speed' }, y: false, points: { size: 6 }, drag: { x: false, y: false } },
      legend: { show: false },
      padding: [8, 8, 0, 0],
      scales: { y: { range: (self, low, high) => [0, Math.max(CHARTS[name].least, (high ?? 0) * 1.15)] } },
      axes: [
        { ...axis, size: 20, space: 60, grid: { show: false }, values: (self, ticks) => ticks.map((tick) => minute.format(tick * 1000)) },
        { ...axis, size: 38, space: 28, grid: { stroke: () => color('--faint'), width: 1 }, values: (self, ticks) => ticks.map((tick) => compact.format(tick)) },
      ],
      series: [{}, { stroke: () => color('--accent'), fill: () => color('--accent-fill'), width: 1.25, points: { show: false } }],
      hooks: { setCursor: [() => headline(name, figure, chart)] },
    },
    [[], []],
    plot,
  );
  new ResizeObserver(() => chart.setSize({ width: plot.clientWidth, height: plot.clientHeight })).observe(plot);
  charts.push({ name, figure, plot, chart });
}

/** The value under the cursor, or the newest. */
function headline(name, figure, chart) {
  const at = chart?.cursor.idx;
  const sample = samples[at ?? samples.length - 1];
  const value = sample?.[name];
  write(figure.querySelector('.value'), value == null ? '–' : CHARTS[name].show(value));
}

function draw() {
  const times = samples.map((sample) => sample.seconds);
  for (const { name, figure, plot, chart } of charts) {
    chart.setData([times, samples.map((sample) => sample[name] ?? null)]);
    headline(name, figure, chart);
    const known = samples.map((sample) => sample[name]).filter((value) => value != null);
    const title = figure.querySelector('h2').firstChild.textContent.trim();
    plot.setAttribute('aria-label', known.length === 0
      ? `${title}: nothing yet`
      : `${title}, ${CHARTS[name].unit}: now ${CHARTS[name].show(known.at(-1))}, highest of the last ten minutes ${CHARTS[name].show(Math.max(...known))}`);
  }
}

/** In any order: what was before the first event may come after it. */
function addSamples(more) {
  const byTime = new Map(samples.filter((sample) => sample.at).map((sample) => [sample.at, sample]));
  for (const sample of more) byTime.set(sample.at, { ...sample, seconds: Date.parse(sample.at) / 1000 });
  const inOrder = [...byTime.values()].sort((one, other) => one.seconds - other.seconds);
  const oldest = (inOrder.at(-1)?.seconds ?? 0) - HISTORY_S;
  samples = [];
  for (const sample of inOrder.filter(({ seconds: at }) => at >= oldest)) {
    const before = samples.at(-1);
    if (before && sample.seconds - before.seconds > GAP_S) samples.push({ seconds: before.seconds + 1 });
    samples.push(sample);
  }
}

// ---- what an event says --------------------------------------------------------------------------------------------

function showState(word, reason) {
  element('state').dataset.state = word;
  write('word', word);
  write('reason', reason);
  const title = `${word} · Tally`;
  if (document.title !== title) document.title = title;
}

function showHead({ status, sample }, view) {
  showState(status.state, [status.reason ?? `since ${time(status.since)}`, ...status.warnings].join(' · '));
  write('topic', view?.topic ?? status.topic);
  write('watermark', time(view?.freshness.watermark));
  write('version', status.version);
  if (!view || !sample) return;
  const used = (100 * sample.groups) / view.memoryBound;
  write('memory', `${used > 0 && used < 0.1 ? '< 0.1' : oneDecimal.format(used)} %`);
  element('memory').title = `${count(sample.groups)} of ${count(view.memoryBound)} groups`;
  write('up', duration((Date.parse(sample.at) - Date.parse(status.startedAt)) / 1000));
}

// ---- the view ------------------------------------------------------------------------------------------------------

let shownColumns;

/** The view shown; the questions asked follow from its keys. */
function showView({ status }, view) {
  const names = status.views.map(({ name }) => name);
  const choice = element('views');
  choice.hidden = names.length < 2;
  if (choice.dataset.names !== names.join('\n')) {
    choice.dataset.names = names.join('\n');
    choice.replaceChildren(...names.map((name) => {
      const link = document.createElement('a');
      link.href = '#' + encodeURIComponent(name);
      link.textContent = name;
      return link;
    }));
  }
  for (const link of choice.children) link.toggleAttribute('aria-current', link.textContent === view.name);
  write('view-name', view.name);
  element('view-state').hidden = view.state === 'RUNNING' || view.state === status.state;
  write('view-state', `${view.state}: ${view.reason ?? ''}`);
  write('sql', view.sql);
  const columns = JSON.stringify([view.name, view.columns]);
  if (columns === shownColumns) return;
  shownColumns = columns;
  write('group-answer', '');
  element('look-up').hidden = view.columns.every(({ role }) => role !== 'KEY');
  element('keys').replaceChildren(...view.columns.filter(({ role }) => role === 'KEY').map(({ name }) => {
    const label = document.createElement('label');
    label.append(name + ' ');
    const input = document.createElement('input');
    input.name = name;
    input.autocomplete = 'off';
    input.size = 10;
    input.placeholder = 'NULL';
    label.append(input);
    return label;
  }));
}

const sums = (view) => view.columns.filter(({ sum }) => sum);
const right = (column) => ({ name: column.name, kind: isNumber(column) && column.role === 'MEASURE' ? 'n' : '' });

function showWindows({ sample, view: now }, view) {
  element('windows').hidden = view.windowSeconds == null;
  if (view.windowSeconds == null) return;
  const { current, closed } = now;
  const numbers = [{ name: 'rows', type: 'bigint', role: 'MEASURE' }, ...sums(view)];
  if (current) {
    const { start, end, closesInSeconds: left } = current.window;
    const length = (Date.parse(end) - Date.parse(start)) / 1000;
    const passed = (Date.parse(sample.at) - Date.parse(start)) / 1000;
    write('filling-time', `${edge(start, view)} to ${edge(end, view)}`);
    write('filling-closes', left > 0 ? `closes in ${Math.ceil(left)} s` : 'closes when the watermark passes its end');
    element('filling-progress').value = Math.min(1, Math.max(0, passed / (passed + left) || passed / length));
  } else {
    write('filling-time', 'no rows that are not in the table yet');
    write('filling-closes', '');
    element('filling-progress').value = 0;
  }
  const part = current?.window.unpublished;
  showNumbers([
    ...numbers.map((column, at) => [column.name, part ? cell(column, at === 0 ? part.rows : part.sums[column.name]).text : '–']),
    ['groups', !current ? '–' : current.groups == null ? 'very many' : count(current.groups)],
  ]);
  const waiting = view.waitingFor;
  element('waiting').hidden = !waiting;
  if (waiting) {
    write('waiting', `waiting for partition ${waiting.partition}, ${
      waiting.behindSeconds == null ? 'which has no watermark yet' : seconds(waiting.behindSeconds) + ' behind the others'}`);
  }
  const ranked = view.columns.find((column) => column.ranked);
  const height = ({ total }) => Number(ranked ? total.sums[ranked.name] ?? 0 : total.rows);
  const most = Math.max(...(closed ?? []).map(height), 0);
  heads('closed', [{ name: 'Window', kind: '' }, { name: 'groups', kind: 'n' }, ...numbers.map(right), { name: '', kind: 'bar' }]);
  rows('closed', closed ?? [], (window) => [
    edge(window.start, view),
    count(window.groups),
    ...numbers.map((column, at) => cell(column, at === 0 ? window.total.rows : window.total.sums[column.name])),
    { share: most > 0 ? Math.max(0, height(window)) / most : 0, label: 'share of the highest' },
  ], closed ? 'none of the last ten closed windows has rows' : 'not read yet');
}

/** The numbers of the window that fills: names and texts. */
function showNumbers(pairs) {
  const list = element('filling-sums');
  while (list.children.length > pairs.length) list.lastElementChild.remove();
  pairs.forEach(([name, text], at) => {
    const pair = list.children[at] ?? list.appendChild(document.createElement('div'));
    if (!pair.children.length) pair.append(document.createElement('dt'), document.createElement('dd'));
    write(pair.children[0], name);
    write(pair.children[1], text);
  });
}

function showGroups({ view: now }, view) {
  const hasWindows = view.windowSeconds != null;
  const shown = view.columns.filter(({ role }) => !role.startsWith('WINDOW'));
  const early = shown.filter((column) => column.role === 'KEY' || column.sum);
  const line = (columns) => (row) => columns.map((column) => cell(column, row[column.name]));
  element('top-open-part').hidden = !hasWindows;
  heads('top-open', early.map(right));
  rows('top-open', now.current?.top ?? [], line(early), now.current && now.current.groups == null ? 'too many to rank live' : 'no rows');
  heads('top-closed', shown.map(right));
  rows('top-closed', now.top ?? [], line(shown), now.top ? 'no rows' : 'not read yet');
  write('top-closed-title', !hasWindows ? 'In the table' : now.closed?.length > 0
    ? `Window of ${edge(now.closed[0].start, view)}, the last closed one` : 'Last closed window');
}

function partitionState(partition, waitingFor) {
  if (partition.phase === 'LOADING') return { text: 'taking over', kind: 'wait' };
  if (partition.phase === 'STOPPED') return { text: 'stopped', kind: 'bad' };
  if (partition.replaying) return { text: 'replaying', kind: 'wait' };
  if (waitingFor?.partition === partition.partition) return { text: 'holds back the others', kind: 'wait' };
  if (partition.idle) return { text: 'idle', kind: 'quiet' };
  return { text: 'reading', kind: 'good' };
}

function showPartitions({ status, sample }, view) {
  write('partitions-note', `${view.partitions.length} of this engine`);
  rows('partitions', view.partitions, (partition) => [
    String(partition.partition),
    partitionState(partition, view.waitingFor),
    count(partition.position),
    count(partition.lag),
    time(partition.watermark),
    partition.watermark && sample ? seconds((Date.parse(sample.at) - Date.parse(partition.watermark)) / 1000) : '–',
    count(partition.openWindows),
    partition.publishedUpTo ? edge(partition.publishedUpTo, view) : '–',
  ], status.state === 'STANDBY' ? 'other instances of the engine have them' : 'none yet');
}

function showPublishes(view) {
  const { publishing } = view;
  write('publishes-note', publishing.failingSince
    ? `failing since ${time(publishing.failingSince)}: ${publishing.failure}`
    : `${count(publishing.rows)} rows, ${count(publishing.corrections)} of them corrections`);
  rows('publishes', publishing.latest.slice(0, 8), (round) => [
    time(round.at),
    millis(round.millis),
    count(round.rows),
    count(round.corrections),
    round.closedUpTo ? 'to ' + edge(round.closedUpTo, view) : { text: round.transactions > 1 ? `corrected ×${round.transactions}` : 'corrected', kind: 'quiet' },
    // Of a live view, windows are written while they are open.
    round.afterCloseMillis == null || round.afterCloseMillis < 0 ? '' : seconds(round.afterCloseMillis / 1000),
  ], 'nothing published by this process yet');
}

function showDeadLetters({ total, byReason, latest }) {
  write('dead-letters-note', total === 0 ? 'none' : `${count(total)} since the start`);
  const tags = Object.entries(byReason).map(([reason, letters]) => `${reason} ${count(letters)}`);
  const list = element('dead-letters-reasons');
  list.hidden = tags.length === 0;
  if ([...list.children].map((tag) => tag.textContent).join() !== tags.join()) {
    list.replaceChildren(...tags.map((tag) => {
      const item = document.createElement('li');
      item.textContent = tag;
      return item;
    }));
  }
  rows('dead-letters', latest, (letter) => [
    time(letter.at),
    letter.reason,
    `${letter.topic} ${letter.partition}@${letter.offset}`,
    letter.views.join(', '),
    { text: letter.cause, kind: 'wrap' },
  ], 'every record could be counted');
}

const VERDICTS = {
  OFF: ['not audited', 'wait'],
  WAITING: ['not compared yet', 'wait'],
  CLEAN: ['equals its source', 'good'],
  CHECKING: ['something differs', 'wait'],
  DIFFERENT: ['rows are wrong', 'bad'],
};

function showTruth({ audit, fills }) {
  const [words, kind] = VERDICTS[audit.verdict];
  write('audit-verdict', words);
  element('audit-verdict').className = kind;
  const until = audit.cleanUntil ? `up to ${moment(audit.cleanUntil)}` : '';
  const last = audit.lastRun ? `compared at ${time(audit.lastRun)}, ${millis(audit.lastMillis)}` : '';
  const owed = fills.owed && `not exact: ${fills.owed.explanation}; filled again ${
    fills.owed.due ? `at ${time(fills.owed.due)}` : 'when started with tally.rebuild=true'}`;
  const underWay = fills.underWay && `filled since ${time(fills.underWay.since)}, ${count(fills.underWay.rows)} rows so far: ${
    fills.underWay.explanation}`;
  write('audit-explanation', [underWay, owed, audit.verdict === 'CLEAN' ? until : '', audit.explanation, last].filter(Boolean).join(' · '));
  write('fills', count(fills.times));
  rows('fill-list', fills.latest, (fill) => [time(fill.at), fill.reason, { text: fill.explanation, kind: 'wrap' }, millis(fill.millis)],
    'not since this process started');
}

const OUTCOMES = {
  applied: 'counted',
  duplicates: 'duplicates, dropped',
  alreadyInTable: 'in the table already',
  purged: 'history, left alone',
  snapshotRows: 'snapshot rows',
  withoutRow: 'without a row',
  deadLetters: 'dead letters',
  replayed: 'of all: read again after a restart',
};

function showRecords(records) {
  rows('records', Object.entries(OUTCOMES), ([name, words]) => [
    words,
    { text: count(records[name]), kind: records[name] === 0 ? 'quiet' : '' },
  ], '');
}

function show(event) {
  const view = event.status.views.find(({ name }) => name === event.view?.name);
  if (event.sample) addSamples([event.sample]);
  draw();
  showHead(event, view);
  showDeadLetters(event.deadLetters);
  document.body.toggleAttribute('data-no-view', !view);
  if (!view) return;
  showView(event, view);
  showWindows(event, view);
  showGroups(event, view);
  showPartitions(event, view);
  showPublishes(view);
  showTruth(view);
  showRecords(view.records);
}

// ---- the stream ----------------------------------------------------------------------------------------------------

let stream;
let lastEventMs = Date.now();
let lastState;
let retry;

/** The view that the fragment of the address names; the first one if it names none. */
const chosen = () => {
  const name = decodeURIComponent(location.hash.slice(1));
  return name ? '?view=' + encodeURIComponent(name) : '';
};

function connect() {
  stream?.close();
  stream = new EventSource('/api/stream' + chosen());
  stream.onopen = begin;
  stream.onmessage = (message) => {
    const event = JSON.parse(message.data);
    lastEventMs = Date.now();
    lastState = event.status.state;
    delete document.body.dataset.lost;
    show(event);
  };
  stream.onerror = () => {
    stream.close();
    clearTimeout(retry);
    retry = setTimeout(connect, RETRY_MS);
  };
}

/** State from before the first event, and state that may have changed with a new process. */
async function begin() {
  const [history, settings] = await Promise.all(['/api/history' + chosen(), '/api/settings'].map(async (path) => {
    const answer = await fetch(path);
    return answer.ok ? answer.json() : null;
  }));
  if (history) {
    addSamples(history);
    draw();
  }
  if (settings) rows('settings', Object.entries(settings), ([name, value]) => [name, { text: value, kind: 'wrap' }], '');
}

function watch() {
  const silentMs = Date.now() - lastEventMs;
  if (silentMs < SILENCE_MS) return;
  const before = lastState ? `, ${lastState} before` : '';
  document.body.dataset.lost = '';
  showState('NO ANSWER', `for ${duration(silentMs / 1000)}${before}: the engine is stopped, or cannot be reached. Trying again`);
  if (stream.readyState === EventSource.OPEN) {
    // Open, but nothing comes: the engine is frozen, or the network gone without a word.
    stream.onerror();
  }
}

// ---- looking up a group --------------------------------------------------------------------------------------------

element('look-up').addEventListener('submit', async (submit) => {
  submit.preventDefault();
  const key = [...element('keys').querySelectorAll('input')].map(({ name, value }) =>
    (value === '' ? `${encodeURIComponent(name)}.null` : `${encodeURIComponent(name)}=${encodeURIComponent(value.trim())}`));
  try {
    const answer = await fetch(`/api/views/${encodeURIComponent(element('view-name').textContent)}/groups?${key.join('&')}`);
    const body = await answer.json();
    const found = () => [['rows', count(body.total.rows)], ...Object.entries(body.total.sums).map(([name, value]) =>
      [name, value == null ? 'NULL' : exact(String(value))])].map(([name, text]) => `${name} ${text}`).join(', ');
    write('group-answer', !answer.ok ? body.detail : `${found()}${
      body.since ? ` since ${moment(body.since)}, the open window included` : ''}${body.partitions.note ? ` (${body.partitions.note})` : ''}`);
  } catch (failure) {
    write('group-answer', `no answer: ${failure.message}`);
  }
});

// ---- another view --------------------------------------------------------------------------------------------------

addEventListener('hashchange', () => {
  samples = [];
  connect();
});

for (const figure of document.querySelectorAll('[data-chart]')) makeChart(figure);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => charts.forEach(({ chart }) => chart.redraw(false)));
connect();
setInterval(watch, 1000);
