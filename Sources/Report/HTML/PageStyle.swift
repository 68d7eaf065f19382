/// The style sheet of a page, without anything from elsewhere.
enum PageStyle {
  static let sheet = """
    :root{--paper:#fff;--ink:#1b1b1b;--muted:#5c5c5c;--rule:#dcdcdc;--soft:#f5f6f7;--link:#005a8c;
    --good:#00695a;--bad:#b03a00;--open:#5c5c5c;color-scheme:light dark}
    @media screen and (prefers-color-scheme:dark){:root{--paper:#16181c;--ink:#e6e6e6;--muted:#a9adb3;
    --rule:#373b42;--soft:#1f2227;--link:#7cc0f0;--good:#5fd0b5;--bad:#ff9d6b;--open:#a9adb3}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);line-height:1.5;
    font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:16px}
    header,main,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
    header{padding-top:2rem}
    h1{font-size:1.8rem;line-height:1.2;margin:0 0 .4rem;overflow-wrap:anywhere}
    h2{font-size:1.3rem;margin:2.6rem 0 .6rem;padding-top:.9rem;border-top:1px solid var(--rule)}
    h3{font-size:1.05rem;margin:1.6rem 0 .3rem;overflow-wrap:anywhere}
    p{margin:.4rem 0 .8rem;max-width:46rem;overflow-wrap:anywhere}
    a{color:var(--link)}
    a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,
    summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px}
    nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:.8rem 0 0;padding:0}
    .about{color:var(--muted);font-size:1.05rem}
    .progress{font-weight:600}
    dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem 1.2rem;margin:.6rem 0}
    dt{color:var(--muted);overflow-wrap:anywhere;max-width:14rem}
    dd{margin:0;overflow-wrap:anywhere}
    pre{background:var(--soft);padding:.8rem 1rem;overflow:auto;max-height:32rem;font-size:.82rem;
    border-radius:4px}
    summary{cursor:pointer;margin:.6rem 0;color:var(--link)}
    .caption,.note,figcaption{color:var(--muted);font-size:.88rem}
    .scroll{overflow:auto;max-height:42rem;margin:.4rem 0;border-bottom:1px solid var(--rule)}
    table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums}
    th,td{padding:.25rem .6rem;border-bottom:1px solid var(--rule);text-align:left;white-space:nowrap;
    max-width:26rem;overflow:hidden;text-overflow:ellipsis}
    thead th{position:sticky;top:0;background:var(--paper);border-bottom:1px solid var(--muted);
    vertical-align:bottom;font-weight:600}
    thead tr+tr th{top:1.8rem}
    tbody th{font-weight:400}
    .figures td,.number{text-align:right}
    .figures td a{color:inherit;text-decoration:none;border-bottom:1px dotted var(--muted)}
    .figures td a:hover{color:var(--link)}
    td:target{background:#ffe9a8;color:#1b1b1b}
    .remark{color:var(--bad)}
    .says{white-space:normal;min-width:14rem;overflow-wrap:anywhere}
    .verdict{font-weight:600}
    .supported{color:var(--good)}.contradicted{color:var(--bad)}.undecided{color:var(--open)}
    .gallery{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.6rem}
    figure{margin:0;min-width:0}
    figure.wide{grid-column:1/-1}
    figure .picture{overflow-x:auto}
    figure svg{display:block;width:100%;height:auto;max-width:36rem}
    figure.wide svg{max-width:none;min-width:42rem}
    figcaption{margin-top:.4rem}
    figcaption b{color:var(--ink);font-weight:600}
    .controls{display:flex;flex-wrap:wrap;gap:.5rem .8rem;align-items:end;margin:.6rem 0}
    .controls label{display:flex;flex-direction:column;font-size:.78rem;color:var(--muted);
    max-width:100%;overflow-wrap:anywhere}
    .controls input,.controls select,button{font:inherit;font-size:.86rem;color:var(--ink);
    background:var(--paper);border:1px solid var(--muted);border-radius:4px;padding:.25rem .5rem;
    max-width:100%}
    button{cursor:pointer}
    button:disabled{opacity:.45;cursor:default}
    th button{border:0;background:none;padding:0;font-weight:600;color:inherit}
    th[aria-sort=ascending] button::after{content:" ▲";font-size:.7em}
    th[aria-sort=descending] button::after{content:" ▼";font-size:.7em}
    .id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.8rem}
    .state-failed{color:var(--bad);font-weight:600}
    .state-pending,.state-running{color:var(--muted)}
    .message{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.82rem;
    white-space:pre-wrap;overflow-wrap:anywhere;min-width:14rem}
    .caution{border-left:4px solid var(--bad);padding-left:.8rem}
    .bar{display:inline-block;height:.6rem;background:#4ba3e3;vertical-align:middle}
    footer{margin:3rem auto 2rem;color:var(--muted);font-size:.82rem;overflow-wrap:anywhere}
    @media (max-width:40rem){dl{grid-template-columns:minmax(0,1fr)}dd{margin-bottom:.4rem}
    h1{font-size:1.4rem}header,main,footer{padding-left:.8rem;padding-right:.8rem}}
    @media print{body{font-size:10pt}nav,.controls,.pager,button{display:none}
    .scroll{overflow:visible;max-height:none}thead th{position:static}
    figure,tr{break-inside:avoid}h2,h3{break-after:avoid}a{color:inherit;text-decoration:none}
    figure.wide svg{min-width:0}th,td{white-space:normal}}

    """
}
