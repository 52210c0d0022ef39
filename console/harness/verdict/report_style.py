"""The look of the HTML report: the desktop's own colours, in light, in dark and on paper."""

from __future__ import annotations

_LIGHT = """--bg:#F2F4F8;--surface:#fff;--border:#D9DFE8;--divider:#E6EAF0;--text:#15202F;--text2:#445063;
--text3:#5C687B;
--ok:#0D8264;--ok-fg:#0A6A50;--ok-soft:#E0F3EC;--warn:#BE7900;--warn-fg:#875200;--warn-soft:#FCEFD6;--fail:#C4261C;
--fail-fg:#B3211A;--fail-soft:#FCE6E3;--review:#6A33C9;--review-soft:#EDE5FB;--quiet:#66738A;--quiet-soft:#E9EDF3;
--teal:#14838B;--blue:#2F6FB5;--violet:#7A6A9E;--grid:#E6EAF0;--band:#FCEFD6;--stage:#14838B;--sunken:#F6F8FB"""
_DARK = """--bg:#0E1420;--surface:#161E2C;--border:#2A3648;--divider:#222D3D;--text:#E9EEF6;--text2:#B2BDCD;
--text3:#93A0B5;
--ok:#2FB48B;--ok-fg:#57D3AA;--ok-soft:#12332B;--warn:#DE9A23;--warn-fg:#F3BC57;--warn-soft:#3A2C10;--fail:#F25C4C;
--fail-fg:#FF9385;--fail-soft:#431D1C;--review:#C3A9FF;--review-soft:#2C2152;--quiet:#7E8CA2;--quiet-soft:#222D3D;
--teal:#4FBAC0;--blue:#6AA5E6;--violet:#AD9FD2;--grid:#222D3D;--band:#3A2C10;--stage:#4FBAC0;--sunken:#0B1019"""

STYLE = (
    ":root{"
    + _LIGHT
    + "}@media(prefers-color-scheme:dark){:root{"
    + _DARK
    + "}}@media print{:root{"
    + _LIGHT
    + ";--bg:#fff}}"
    + """
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);
font:14px/1.45 Inter,system-ui,-apple-system,"Segoe UI",sans-serif;
-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:1360px;margin:0 auto;padding:24px}
h1{font-size:22px;margin:0;letter-spacing:-.01em}
h2{font-size:15px;margin:0 0 10px;display:flex;align-items:baseline;gap:8px;flex-wrap:wrap}
h3{font-size:13px;margin:16px 0 6px;color:var(--text2)}
small{font-weight:400;color:var(--text3);font-size:12px}
.sub{margin:4px 0 0;color:var(--text2);font-size:13px}
.about{margin:6px 0 0;color:var(--text3);max-width:80ch}
.verdict{margin:10px 0 0;padding:8px 12px;border-radius:8px;font-weight:600}
.verdict.ok{background:var(--ok-soft);color:var(--ok-fg)}.verdict.fail{background:var(--fail-soft);
color:var(--fail-fg)}
.verdict.warn{background:var(--warn-soft);color:var(--warn-fg)}.verdict.quiet{background:var(--quiet-soft)}
.pill{display:inline-block;font-size:12px;font-weight:600;padding:2px 9px;border-radius:999px;vertical-align:middle;
white-space:nowrap;letter-spacing:0}
.pill.ok{background:var(--ok-soft);color:var(--ok-fg)}.pill.fail{background:var(--fail-soft);color:var(--fail-fg)}
.pill.warn{background:var(--warn-soft);color:var(--warn-fg)}.pill.quiet{background:var(--quiet-soft);
color:var(--text2)}
.figures{display:grid;grid-template-columns:repeat(6,1fr);gap:12px;margin:18px 0 12px}
.figure,.card{background:var(--surface);border:1px solid var(--border);border-radius:12px;padding:14px 16px}
.figure span{display:block;color:var(--text2);font-size:12px}
.figure strong{display:block;font-size:24px;letter-spacing:-.02em;font-variant-numeric:tabular-nums;margin:2px 0}
.good{color:var(--ok-fg)}.bad{color:var(--fail-fg)}
.columns{display:grid;grid-template-columns:minmax(0,2.2fr) minmax(260px,1fr);gap:12px;align-items:start}
.card{margin:0 0 12px;break-inside:avoid}
.keys{margin-left:auto;display:flex;gap:14px;font-weight:400;font-size:12px;color:var(--text2)}
.key i{display:inline-block;width:16px;height:0;border-top:2.5px solid;vertical-align:middle;margin-right:5px}
svg{display:block;width:100%;height:auto}
.chart{font:11px Inter,system-ui,sans-serif}
.grid{stroke:var(--grid)}.tick{fill:var(--text3)}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}.area{stroke:none;opacity:.13}
.line.planned{stroke:var(--quiet);stroke-dasharray:6 4}.line.sent{stroke:var(--blue)}
.line.answered{stroke:var(--teal)}
.area.answered{fill:var(--teal)}.line.waiting{stroke:var(--warn)}.area.waiting{fill:var(--warn)}
.line.p50{stroke:var(--teal)}.line.p95{stroke:var(--blue)}.line.p99{stroke:var(--violet)}.area.p50{fill:var(--teal)}
.dot.planned{fill:var(--quiet)}.dot.sent,.dot.p95{fill:var(--blue)}.dot.answered,.dot.p50{fill:var(--teal)}
.dot.p99{fill:var(--violet)}.dot.waiting{fill:var(--warn)}
i.planned{border-top-style:dashed!important;border-color:var(--quiet)!important}
i.sent,i.p95{border-color:var(--blue)!important}i.answered,i.p50{border-color:var(--teal)!important}
i.p99{border-color:var(--violet)!important}
.band{fill:var(--band);opacity:.75}.stage{fill:var(--stage);opacity:.045}
.band-label{fill:var(--warn-fg);font-weight:600}.stage-label{fill:var(--text3)}
.limit{stroke:var(--fail);stroke-dasharray:6 3;stroke-width:1.4}.limit-label{fill:var(--fail-fg);font-weight:600}
.bar{fill:var(--teal)}.bar.over{fill:var(--fail)}
.shares{margin:2px 0 10px;height:16px}
.share.ok,.swatch.ok{fill:var(--ok);background:var(--ok)}.share.ok2,.swatch.ok2{fill:var(--teal);
background:var(--teal)}
.share.warn,.swatch.warn{fill:var(--warn);background:var(--warn)}
.share.fail,.swatch.fail{fill:var(--fail);background:var(--fail)}
.share.review,.swatch.review{fill:var(--review);background:var(--review)}
.share.quiet,.swatch.quiet{fill:var(--quiet);background:var(--quiet)}
.swatch{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:8px}
table{border-collapse:collapse;width:100%}
td,th{padding:6px 8px;text-align:left;border-bottom:1px solid var(--divider);vertical-align:top}
th{font-weight:500;color:var(--text2);font-size:12px}
tr:last-child td,tr:last-child th{border-bottom:0}
.numbers td,.numbers thead th{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.numbers td:first-child,.numbers.left td{text-align:left}
.numbers td.words{text-align:left;color:var(--text3);white-space:normal}
.facts th{width:220px}.facts td{word-break:break-word}
.checks{list-style:none;margin:0;padding:0}
.checks li{display:flex;gap:10px;padding:8px 0;border-bottom:1px solid var(--divider)}.checks li:last-child{border:0}
.checks b{flex:none;width:20px;height:20px;border-radius:50%;display:grid;place-items:center;font-size:12px;
background:var(--quiet-soft);color:var(--text2)}
.checks .pass b{background:var(--ok-soft);color:var(--ok-fg)}.checks .fail b{background:var(--fail-soft);
color:var(--fail-fg)}
.checks strong{display:block;font-size:13px}.checks small{display:block}.checks .fail small{color:var(--fail-fg)}
.asked,.nothing{color:var(--text2)}
.unseen{background:var(--quiet-soft);border-radius:8px;padding:10px 14px;margin:10px 0}.unseen ul{margin:4px 0 0 18px;
padding:0}
.clean{background:var(--ok-soft);color:var(--ok-fg);border-radius:8px;padding:10px 14px;font-weight:600}
.scroll{overflow-x:auto}.offenders td{font-size:12.5px}.offenders tbody tr:nth-child(even){background:var(--sunken)}
code,pre{font:12px/1.5 "JetBrains Mono",ui-monospace,Consolas,monospace;word-break:break-all}
pre{white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;margin:12px 0 0}
summary{cursor:pointer;font-weight:600}
footer{color:var(--text3);font-size:12px;margin:16px 2px}
@media(max-width:980px){.figures{grid-template-columns:repeat(3,1fr)}.columns{grid-template-columns:minmax(0,1fr)}}
@media(max-width:560px){.figures{grid-template-columns:repeat(2,1fr)}}
@media print{main{max-width:none;padding:0}.card,.figure{border-color:#ccc}.columns{grid-template-columns:2fr 1fr}
.figures{grid-template-columns:repeat(6,1fr)}details>*{display:block}.scroll{overflow:visible}}
"""
)
