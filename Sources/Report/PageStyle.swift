/// The look of the page: light and dark, from the width of a telephone to that of a wall, and on paper.
enum PageStyle {
  static let sheet: StaticString = """

    :root{color-scheme:light dark;--bg:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--panel:#f6f8fa;--accent:#0b5cad;
    --ok:#1a7f37;--warn:#8a5a00;--bad:#c0281c;--badge:#fff;
    --done:#1a7f37;--retraced:#0e7490;--unchanged:#8c96a0;--waiting:#b35900;--failed:#c0281c;--postponed:#6639ba;--other:#b6bec6}
    @media (prefers-color-scheme:dark){:root{--bg:#14171a;--ink:#e6e8ea;--soft:#a5afb9;--line:#353c44;--panel:#1d2227;--accent:#79b8ff;
    --ok:#3fb950;--warn:#e3a52c;--bad:#ff7b72;--badge:#14171a;
    --done:#3fb950;--retraced:#39c5d8;--unchanged:#77818c;--waiting:#f0883e;--failed:#ff7b72;--postponed:#b392f0;--other:#4d565f}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
    body{margin:0 auto;max-width:80rem;padding:1rem clamp(.75rem,3vw,2.5rem) 3rem;background:var(--bg);color:var(--ink);
    font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
    h1{font-size:1.75rem;line-height:1.2;margin:.5rem 0}
    h2{font-size:1.25rem;line-height:1.3;margin:2.5rem 0 .75rem;padding-top:.75rem;border-top:1px solid var(--line)}
    h3{font-size:1rem;margin:1.5rem 0 .5rem}
    p{margin:.5rem 0}
    a{color:var(--accent)}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:1rem 0 0}
    nav a{padding:.25rem 0}
    .badge{display:inline-block;padding:.1rem .6rem;border-radius:1rem;font-weight:600;color:var(--badge);background:var(--ok)}
    .badge.warn{background:var(--warn)}.badge.bad{background:var(--bad)}
    .why{padding:.5rem .75rem;border-left:4px solid var(--bad);background:var(--panel)}
    .note,footer{color:var(--soft);font-size:.875rem}
    .figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.75rem;margin:1rem 0}
    .figures div{display:flex;flex-direction:column;justify-content:space-between;padding:.6rem .8rem;background:var(--panel);
    border:1px solid var(--line);border-radius:.5rem}
    dt{color:var(--soft);font-size:.875rem;line-height:1.3}
    .figures dd{margin:.2rem 0 0;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}
    .scroll{overflow-x:auto;margin:.75rem 0}
    table{border-collapse:collapse;width:100%;font-size:.9375rem}
    th,td{padding:.4rem .75rem .4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);unicode-bidi:isolate}
    thead th{color:var(--soft);font-size:.8125rem;font-weight:600;white-space:nowrap}
    tbody th{font-weight:500;min-width:8rem}
    .n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
    .t{white-space:nowrap}
    .wide{min-width:14rem}
    .sum th,.sum td{font-weight:600;border-bottom:0}
    .b{width:30%;min-width:6rem;vertical-align:middle}
    .bar{display:block;height:.85rem;background:var(--panel);border-radius:.2rem;overflow:hidden}
    .bar span{display:block;height:100%;background:var(--accent);border-radius:.2rem;box-shadow:inset 0 0 0 1px rgb(128 128 128/.45)}
    .sw{display:inline-block;width:.85rem;height:.85rem;margin-right:.45rem;border-radius:.2rem;vertical-align:-.08rem;
    box-shadow:inset 0 0 0 1px rgb(128 128 128/.6);background:var(--c)}
    .key{display:inline-block;margin-right:1.25rem}
    .tag{margin-left:.5rem;padding:0 .4rem;border:1px solid var(--line);border-radius:.6rem;color:var(--soft);font-size:.8125rem}
    figure{margin:0}
    .map{display:block;width:100%;height:auto;max-height:85vh}
    .map .sheet{fill:var(--panel);stroke:var(--line)}
    .map path{fill:var(--c);fill-opacity:.45;stroke:var(--c);stroke-width:1.2;vector-effect:non-scaling-stroke}
    .map a:hover path,.map a:focus path,.map a:target path{fill-opacity:.85;stroke:var(--ink);stroke-width:2.5}
    .map a text,.map .hint{pointer-events:none;transform:translate(2px,-14px)}
    .map .hint{fill:var(--soft)}.map:has(a:hover,a:focus,a:target) .hint{display:none}
    .map a text{display:none;fill:var(--ink)}.map a:hover text,.map a:focus text,.map a:target text{display:inline}
    .map:hover:has(a:hover) a:not(:hover) text{display:none}
    .map text{font-size:15px}
    .map .scale path{fill:none;stroke:var(--ink);stroke-width:1.5}
    .map .scale text{fill:var(--soft)}
    .o-done{--c:var(--done)}.o-retraced{--c:var(--retraced)}.o-unchanged{--c:var(--unchanged)}.o-failed{--c:var(--failed)}
    .o-waiting{--c:var(--waiting)}.o-postponed,.o-pending{--c:var(--postponed)}.o-outside,.o-empty,.o-elsewhere{--c:var(--other)}
    .o-failed path{fill-opacity:.65;stroke-width:2}.o-waiting path{stroke-dasharray:5 3;stroke-width:2}
    figcaption{margin:.5rem 0;font-size:.875rem;color:var(--soft)}
    .previews{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));gap:1rem;margin:1rem 0}
    .previews img{display:block;width:100%;height:auto;border:1px solid var(--line);border-radius:.3rem;background:#fff}
    .strip{display:flex;align-items:flex-end;gap:2px;height:6rem;margin:1rem 0 0;padding:0;list-style:none;border-bottom:1px solid var(--line)}
    .strip li{flex:1;display:flex;align-items:flex-end;height:100%}
    .strip span{display:block;width:100%;background:var(--ok);border-radius:.15rem .15rem 0 0}
    .strip .warn{background:var(--warn)}.strip .bad{background:var(--bad)}.strip .none{background:none}
    .ends{display:flex;justify-content:space-between;color:var(--soft);font-size:.8125rem;margin:.25rem 0}
    details{margin:.75rem 0}
    summary{cursor:pointer;padding:.25rem 0}
    .facts{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.25rem 1.25rem;margin:.5rem 0}
    .facts dt{padding-top:.1rem}
    .facts dd{margin:0}
    footer{margin-top:3rem}
    @media (max-width:56rem){.map text{font-size:22px}}
    @media (max-width:36rem){.map text{font-size:40px}.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.5rem}
    .figures{grid-template-columns:repeat(auto-fill,minmax(8rem,1fr))}.b{min-width:4rem}h1{font-size:1.5rem}}
    @media print{:root{--bg:#fff;--ink:#000;--soft:#444;--line:#bbb;--panel:#f4f4f4;--accent:#0b5cad;--ok:#1a7f37;--warn:#8a5a00;--bad:#c0281c;
    --badge:#fff;--done:#1a7f37;--retraced:#0e7490;--unchanged:#8c96a0;--waiting:#b35900;--failed:#c0281c;--postponed:#6639ba;--other:#b6bec6}
    *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
    body{max-width:none;padding:0;font-size:10pt}nav,details{display:none}.scroll{overflow:visible}
    h2{break-after:avoid}tr,figure,.figures div{break-inside:avoid}.map{max-height:60vh}a{color:inherit;text-decoration:none}}

    """
}
