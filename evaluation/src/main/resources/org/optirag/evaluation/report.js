// All texts from the data go through textContent or plain chart labels, never through HTML.
const data = JSON.parse(document.getElementById("data").textContent);
const dark = matchMedia("(prefers-color-scheme: dark)");
// Okabe and Ito's colours, told apart by all kinds of eyes; the dark ones lightened for the dark page.
const onLight = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6a4fc4", "#777777"];
const onDark = ["#56b4e9", "#ff8a3d", "#2fcfa0", "#e3a0c4", "#f0c04a", "#8fa8ff", "#b59cff", "#aaaaaa"];
const colour = i => (dark.matches ? onDark : onLight)[i % onLight.length];
const byId = id => document.getElementById(id);
const digits = (value, n) => value === null ? "–" : value.toFixed(n).replace(/^-(0(\.0+)?)$/, "$1");
const short = value => value === null ? "–" : Number(value.toPrecision(3)).toLocaleString("en");

function element(tag, text, parent, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  parent.append(made);
  return made;
}

// ---- heading and tables

document.title = `${data.title} · ${document.title}`;
byId("title").textContent = data.title;
for (const [name, value] of Object.entries(data.facts)) {
  element("dt", name, byId("facts"));
  element("dd", value, byId("facts"));
}
byId("footer").textContent = `${data.format} version ${data.version}, ${data.created}`;

function table(id, head, rows) {
  const header = element("tr", undefined, element("thead", undefined, byId(id)));
  const kind = name => ["scorer", "stage", "policy", "retriever"].includes(name) ? "text" : "";
  head.forEach(name => element("th", name, header, kind(name)).scope = "col");
  const body = element("tbody", undefined, byId(id));
  for (const row of rows) {
    const line = element("tr", undefined, body);
    row.forEach((cell, i) => {
      const made = element("td", cell.text ?? cell, line, [kind(head[i]), cell.best ? "best" : ""].join(" ").trim());
      if (cell.interval) element("span", cell.interval, made, "interval");
    });
  }
}

// ---- charts

const charts = new Map();

function draw(id, option) {
  charts.get(id)?.dispose();
  const style = getComputedStyle(document.documentElement);
  // Named, not "inherit": legends are measured with it.
  const font = getComputedStyle(document.body).fontFamily;
  const [ink, faint, line] = ["--ink", "--faint", "--line"].map(name => style.getPropertyValue(name).trim());
  const axis = given => ({
    nameLocation: "middle", nameTextStyle: {color: faint},
    axisLine: {lineStyle: {color: line}}, splitLine: {lineStyle: {color: line}}, ...given,
    axisLabel: {color: faint, hideOverlap: true, ...given.axisLabel}});
  const chart = echarts.init(byId(id), null, {renderer: "svg"});
  chart.setOption({
    animation: false, backgroundColor: "transparent", textStyle: {color: ink, fontFamily: font},
    // Rich-text tooltips are drawn, not parsed: names stay text.
    tooltip: {renderMode: "richText", confine: true},
    grid: {left: narrow() ? 60 : 68, right: narrow() ? 12 : 24, top: 40, bottom: 50},
    ...option,
    legend: {textStyle: {color: ink, fontFamily: font}, type: "scroll", top: 0, ...option.legend},
    xAxis: axis({nameGap: 28, ...option.xAxis}), yAxis: axis({nameGap: 48, ...option.yAxis})});
  charts.set(id, chart);
}

// On a phone names leave room for the chart.
const narrow = () => innerWidth < 520;
const clip = name => {
  const most = narrow() ? 12 : 18;
  return name.length > most ? name.slice(0, most - 1) + "…" : name;
};

function drawAgain(all) {
  dark.addEventListener("change", all);
  let before = narrow();
  addEventListener("resize", () => {
    if (narrow() !== before) {
      before = narrow();
      all();
    } else {
      charts.forEach(chart => chart.resize());
    }
  });
  all();
}
