// The page: asks the service what anybody can ask it, and draws the answers. No text from items or
// users ever becomes markup: everything goes through textContent.
const $ = id => document.getElementById(id);
const state = {candidates: new Map(), titles: new Map(), curve: [], answer: null, chosen: null, asked: 0};

function element(tag, text, properties = {}) {
  const made = Object.assign(document.createElement(tag), properties);
  if (text !== undefined) made.textContent = text;
  return made;
}

function say(text) {
  $('message').textContent = text;
  $('message').hidden = !text;
}

async function call(path, body) {
  const headers = {};
  const token = sessionStorage.getItem('token');
  if (token) headers.Authorization = 'Bearer ' + token;
  if (body) headers['Content-Type'] = 'application/json';
  let answer, json;
  try {
    answer = await fetch(path, {headers, method: body ? 'POST' : 'GET', body: body && JSON.stringify(body)});
    json = await answer.json();
  } catch {
    throw new Error('The service does not answer. Is it running?');
  }
  if (answer.status === 401) $('token-form').hidden = false;
  if (!answer.ok) throw new Error((json.field ? json.field + ': ' : '') + json.detail);
  return json;
}

// ---- charts

const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const charts = {};

function chart(id) {
  if (!charts[id] && window.echarts) charts[id] = window.echarts.init($(id), null, {renderer: 'canvas'});
  return charts[id];
}

function axes(extra) {
  const line = {lineStyle: {color: style('--line')}};
  const label = {color: style('--soft')};
  return {
    animation: false,
    textStyle: {fontFamily: 'system-ui, sans-serif'},
    grid: {left: 46, right: 14, top: 28, bottom: extra.xAxis.name ? 42 : 28},
    legend: {top: 0, right: 0, textStyle: label, itemHeight: 8},
    tooltip: {trigger: 'axis', renderMode: 'richText', confine: true},
    xAxis: {axisLine: line, axisLabel: label, splitLine: {show: false}, ...extra.xAxis},
    yAxis: {axisLabel: label, splitLine: line, min: 0, ...extra.yAxis},
    series: extra.series,
  };
}

function series(name, data, color, dashed) {
  return {name, type: 'line', data, showSymbol: false, color, lineStyle: {width: 2, type: dashed ? 'dashed' : 'solid'}};
}

function drawHeads(result) {
  $('why').textContent = result.why;
  const points = result.heads.map(head => [head.block, head.probability]);
  chart('heads')?.setOption(axes({
    xAxis: {type: 'value', min: 0, max: state.answer.exit.blocks, name: 'block', nameLocation: 'middle', nameGap: 22, nameTextStyle: {color: style('--soft')}},
    yAxis: {max: 1},
    series: [{
      ...series('probability', points, style('--accent')), showSymbol: true, symbolSize: 9,
      markLine: {symbol: 'none', silent: true, label: {formatter: 'stopped', color: style('--soft')},
        lineStyle: {color: style('--soft'), type: 'dashed'}, data: [{xAxis: result.exit_block}]},
    }],
  }), true);
}

function drawLive(status) {
  const at = status.seconds.map(second => second.time * 1000);
  const column = name => status.seconds.map((second, i) => [at[i], second[name] ?? null]);
  const time = {xAxis: {type: 'time', splitNumber: 4}};
  chart('throughput')?.setOption(axes({...time, series: [
    series('answered', column('answered'), style('--accent')), series('refused', column('shed'), style('--warn'), true)]}));
  chart('latency')?.setOption(axes({...time, series: [
    series('p50', column('p50_ms'), style('--accent')), series('p99', column('p99_ms'), style('--warn'), true)]}));
  chart('depth')?.setOption(axes({...time, yAxis: {max: 1}, series: [
    series('used', column('depth'), style('--accent')), series('allowed', column('share'), style('--soft'), true)]}));
  const cost = status.cost;
  $('cost').textContent = cost.cpu_seconds_per_million === undefined ? 'Nothing scored yet.'
    : `A million candidates cost ${Math.round(cost.cpu_seconds_per_million).toLocaleString('en')} processor seconds and `
      + `${Math.round(cost.tflop_per_million).toLocaleString('en')} TFLOP; at full depth ${Math.round(cost.tflop_per_million_at_full_depth).toLocaleString('en')} TFLOP.`;
  $('load').textContent = `${status.queue.requests} waiting, ${Math.round(status.share * 100)} % of full depth allowed`;
}

async function poll() {
  try {
    if (!document.hidden) drawLive(await call('/v1/status'));
  } catch (e) {
    $('load').textContent = e.message;
  }
  setTimeout(poll, 2000);
}

// ---- asking

function point() {
  return state.curve[Number($('point').value)];
}

function tellPoint() {
  const at = point();
  if (!at) return;
  const auc = at.auc === undefined ? '' : `, AUC ${at.auc.toFixed(4)} on validation`;
  const text = `${at.policy}: ${Math.round(at.request_cost * 100)} % of the cost of full depth${auc}`;
  $('point-text').textContent = $('adaptive').checked ? 'chosen by the service, for each request' : text;
  $('point').setAttribute('aria-valuetext', text);
  $('point').disabled = $('adaptive').checked;
}

function drawCandidates() {
  $('candidates').replaceChildren(...[...state.candidates].map(([id, title]) => {
    const entry = element('li');
    const button = element('button', title, {type: 'button', title: 'Take it out'});
    button.addEventListener('click', () => {
      const place = [...state.candidates.keys()].indexOf(id);
      state.candidates.delete(id);
      drawCandidates();
      const left = $('candidates').querySelectorAll('button'); // or the keyboard would be nowhere
      (left[Math.min(place, left.length - 1)] ?? $('item')).focus();
    });
    entry.append(button);
    return entry;
  }));
}

function told(list, behaviours, of) {
  list.replaceChildren(...(behaviours.length ? behaviours : [null]).map(behaviour =>
    behaviour ? element('li', of(behaviour), {className: behaviour.liked === false ? 'no' : ''}) : element('li', '–')));
}

function choose(result, button) {
  state.chosen = result.id;
  document.querySelectorAll('#results button').forEach(each => each.setAttribute('aria-pressed', String(each === button)));
  drawHeads(result);
  const explanation = state.answer.explanation;
  const read = explanation.candidates[result.index];
  $('prompt').textContent = read ? explanation.context + '\n\n' + read : 'The features decided this candidate: the LLM did not read it.';
}

// While an answer is awaited, what is shown is of the one before.
function busy(yes) {
  $('ranking').setAttribute('aria-busy', String(yes));
  $('rank').textContent = yes ? 'Ranking …' : 'Rank';
  if (yes) $('summary').textContent = 'Ranking …';
}

// Nothing that is told belongs to a ranking that is not there.
function failed(text) {
  state.answer = null;
  $('summary').textContent = 'No ranking: ' + text;
  $('results').replaceChildren();
  told($('history'), []);
  told($('neighbours'), []);
  $('prompt').textContent = '';
  $('why').textContent = 'Choose a candidate of the ranking.';
  chart('heads')?.clear();
}

function draw(answer) {
  state.answer = answer;
  const exit = answer.exit;
  $('summary').textContent = `For ${answer.user}: ${answer.bundle}, ${exit.policy}${exit.adaptive ? ' (by the load)' : ''}: mean depth `
    + `${(exit.mean_depth * exit.blocks).toFixed(1)} of ${exit.blocks} blocks, ${answer.timings_ms.total.toFixed(0)} ms `
    + `(prompt ${answer.timings_ms.prepare.toFixed(0)}, queue ${answer.timings_ms.queue.toFixed(0)}, model ${answer.timings_ms.score.toFixed(0)})`;
  const buttons = answer.results.map((result, i) => {
    const button = element('button', undefined, {type: 'button'});
    const middle = element('span');
    middle.append(element('span', result.title ?? result.id), element('meter', undefined, {min: 0, max: 1, value: result.probability}));
    button.append(element('span', i + 1 + '.', {className: 'place'}), middle,
      element('span', result.probability.toFixed(3), {className: 'number'}),
      element('span', result.exit_block === 0 ? 'features' : 'block ' + result.exit_block, {className: 'block'}));
    button.addEventListener('click', () => choose(result, button));
    return button;
  });
  const focused = $('results').contains(document.activeElement);
  $('results').replaceChildren(...buttons.map(button => {
    const entry = element('li');
    entry.append(button);
    return entry;
  }));
  const kept = Math.max(0, answer.results.findIndex(result => result.id === state.chosen));
  choose(answer.results[kept], buttons[kept]);
  if (focused) buttons[kept].focus();
  const explanation = answer.explanation;
  told($('history'), explanation.history, behaviour => behaviour.title + (behaviour.liked ? '' : ' (not liked)'));
  told($('neighbours'), explanation.neighbours, similar =>
    `${similar.user} (${similar.similarity.toFixed(2)}) liked ${similar.liked.map(behaviour => behaviour.title).join('; ')}`);
}

async function rank() {
  if (!$('user').value || !state.candidates.size) return say('Choose a user and some items.');
  const turn = ++state.asked;
  busy(true);
  const body = {user: $('user').value, candidates: [...state.candidates.keys()], explain: true};
  if (!$('adaptive').checked && point()) Object.assign(body, {policy: point().policy, deadline_ms: 60000});
  try {
    const answer = await call('/v1/rank', body);
    if (turn === state.asked) { say(''); draw(answer); }
  } catch (e) {
    if (turn === state.asked) { say(e.message); failed(e.message); }
  } finally {
    if (turn === state.asked) busy(false);
  }
}

let waiting;
function rankSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(() => { if (state.asked) rank(); }, 150);
}

async function complete(input, list, path, entries) {
  try {
    const found = await call(`${path}?prefix=${encodeURIComponent(input.value)}`);
    list.replaceChildren(...entries(found));
  } catch (e) {
    say(e.message);
  }
}

const users = found => found.users.map(id => element('option', id, {value: id}));
const items = found => found.items.map(item => {
  state.titles.set(item.title, item.id);
  return element('option', item.title, {value: item.title});
});

async function someItems() {
  try {
    const found = await call('/v1/items');
    found.items.slice(0, 20).forEach(item => state.candidates.set(item.id, item.title));
    drawCandidates();
  } catch (e) {
    say(e.message);
  }
}

async function begin() {
  try {
    const model = await call('/v1/model');
    const bundle = model.bundles.find(each => each.name === model.assignment.primary);
    state.curve = bundle.curve;
    $('bundle').textContent = `${bundle.name}: ${bundle.backbone}, ${bundle.blocks} blocks, heads after ${bundle.heads.filter(block => block > 0).join(', ')}${bundle.heads[0] === 0 ? ' and before the first block' : ''}`;
    $('point').max = String(state.curve.length - 1);
    $('point').value = String(Math.max(0, state.curve.findIndex(each => each.policy === bundle.policy)));
    tellPoint();
    const found = await call('/v1/users');
    $('users').replaceChildren(...users(found));
    if (!$('user').value && found.users.length) $('user').value = found.users[0];
    await someItems();
    await rank();
  } catch (e) {
    say(e.message);
  }
}

$('ask').addEventListener('submit', event => { event.preventDefault(); rank(); });
$('user').addEventListener('input', () => complete($('user'), $('users'), '/v1/users', users));
$('item').addEventListener('input', async () => {
  const id = state.titles.get($('item').value);
  if (id === undefined) return complete($('item'), $('items'), '/v1/items', items);
  state.candidates.set(id, $('item').value);
  $('item').value = '';
  drawCandidates();
});
$('some').addEventListener('click', someItems);
$('clear').addEventListener('click', () => { state.candidates.clear(); drawCandidates(); });
$('adaptive').addEventListener('change', () => { tellPoint(); rankSoon(); });
$('point').addEventListener('input', () => { tellPoint(); rankSoon(); });
$('token-form').addEventListener('submit', event => {
  event.preventDefault();
  sessionStorage.setItem('token', $('token').value);
  $('token-form').hidden = true;
  begin();
});
addEventListener('resize', () => Object.values(charts).forEach(each => each.resize()));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => state.answer && draw(state.answer));
begin();
poll();
