/// The style of all pages: system fonts, light and dark, one column on a phone.
enum Stylesheet {
    static let text = """
        :root {
          color-scheme: light dark;
          --ground: #f6f7f9; --card: #fff; --ink: #16202e; --quiet: #5a6676; --line: #d9dee6;
          --accent: #1d4ed8; --accent-ink: #fff; --tint: #e8eefc; --bad: #b42318; --bad-tint: #fdecea; --track: #e6eaf0;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #0e141c; --card: #171f2a; --ink: #e7ecf3; --quiet: #9dabbd; --line: #2c3848;
            --accent: #8ab4ff; --accent-ink: #0b1524; --tint: #1d2b42; --bad: #ff9d92; --bad-tint: #3a1d1b; --track: #2a3545;
          }
        }
        * { box-sizing: border-box; }
        html { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
        body { margin: 0; background: var(--ground); color: var(--ink); }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; letter-spacing: -.01em; }
        h2 { font-size: 1.1rem; margin: 1.75rem 0 .75rem; }
        h3 { font-size: .875rem; font-weight: 600; margin: 0; color: var(--quiet); }
        p { margin: 0 0 1rem; }
        a { color: var(--accent); text-underline-offset: .15em; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
        .skip { position: absolute; left: -100vw; background: var(--card); padding: .5rem 1rem; z-index: 1; }
        .skip:focus { left: .5rem; top: .5rem; }
        .quiet, .unit { color: var(--quiet); font-weight: 400; }
        .bad { color: var(--bad); }
        code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .9em; overflow-wrap: anywhere; }

        .top { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; justify-content: space-between;
          padding: .75rem clamp(1rem, 4vw, 2.5rem); background: var(--card); border-bottom: 1px solid var(--line); }
        .path { display: flex; flex-wrap: wrap; gap: .25rem .5rem; list-style: none; margin: 0; padding: 0; }
        .path li + li::before { content: "/"; color: var(--quiet); margin-right: .5rem; }
        .path a { color: inherit; text-decoration: none; }
        .path a:hover { text-decoration: underline; }
        .brand { font-weight: 700; }
        .account { display: flex; align-items: center; gap: .75rem; min-width: 0; }
        .who { color: var(--quiet); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 16rem; }
        .account form { margin: 0; }
        main { padding: clamp(1.25rem, 4vw, 2.5rem); max-width: 90rem; margin: 0 auto; }

        button, .button { display: inline-block; font: inherit; font-weight: 600; padding: .45rem .9rem; border-radius: 8px;
          border: 1px solid var(--line); background: var(--card); color: var(--ink); text-decoration: none; cursor: pointer; }
        button:hover, .button:hover { border-color: var(--accent); }
        .primary { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
        .plain { border-color: transparent; background: none; color: var(--accent); }
        label { display: block; font-size: .875rem; font-weight: 600; margin-bottom: .25rem; }
        input { font: inherit; width: 100%; padding: .5rem .7rem; border-radius: 8px; border: 1px solid var(--quiet);
          background: var(--card); color: inherit; }

        .card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: clamp(1.25rem, 5vw, 2.25rem);
          max-width: 26rem; margin: clamp(0rem, 8vh, 5rem) auto; }
        .card.wide { max-width: 42rem; margin-top: 1rem; }
        .narrow { max-width: 40rem; margin: 0 auto; }
        .card form .primary, .choices .button { width: 100%; margin-top: .75rem; text-align: center; }
        .choices { list-style: none; margin: 0; padding: 0; }
        .or { display: flex; align-items: center; gap: .75rem; color: var(--quiet); margin: 1.25rem 0 .25rem; }
        .or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
        .notice { background: var(--tint); border-radius: 8px; padding: .75rem 1rem; }
        .status { color: var(--quiet); font-weight: 600; margin-bottom: .25rem; }
        .request { color: var(--quiet); font-size: .875rem; margin: 1.5rem 0 0; }
        .advice li { margin-bottom: .5rem; }
        .row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; justify-content: space-between; margin-top: 1rem; }
        .row nav { display: flex; gap: .5rem; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1.25rem; margin: 0; }
        dt { color: var(--quiet); }
        dd { margin: 0; overflow-wrap: anywhere; }

        .organizations { list-style: none; padding: 0; display: grid; gap: .75rem; }
        .organizations a { display: flex; justify-content: space-between; gap: 1rem; padding: 1rem 1.25rem; border-radius: 12px;
          background: var(--card); border: 1px solid var(--line); color: inherit; text-decoration: none; }
        .organizations a:hover { border-color: var(--accent); }
        .organizations span { color: var(--quiet); }

        .heading { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; }
        .role { color: var(--quiet); margin: 0; }
        .count { color: var(--quiet); font-weight: 400; }
        .tabs ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: .75rem 0 1.5rem; padding: 0;
          border-bottom: 1px solid var(--line); }
        .tabs a { display: block; padding: .5rem 0; color: var(--quiet); text-decoration: none; border-bottom: 2px solid transparent; }
        .tabs a:hover, .tabs [aria-current] { color: var(--ink); border-bottom-color: var(--accent); }
        .trouble { background: var(--bad-tint); }
        .notice p:last-child { margin-bottom: 0; }
        .fields { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin-bottom: 1rem; }
        .fields > div { flex: 1 1 12rem; max-width: 22rem; }
        .fields .small { flex: 0 1 7rem; }
        select, textarea { font: inherit; width: 100%; padding: .5rem .7rem; border-radius: 8px; border: 1px solid var(--quiet);
          background: var(--card); color: inherit; }
        textarea { min-height: 8rem; font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .875rem; }
        .inline { display: inline-block; margin: 0 .35rem .35rem 0; }
        .actions { min-width: 13rem; }
        .actions button, .actions .button { padding: .25rem .6rem; font-size: .875rem; font-weight: 500; }
        .danger { color: var(--bad); }
        .hint { color: var(--quiet); font-size: .875rem; margin: 0 0 1rem; }
        td ul { list-style: none; margin: 0; padding: 0; }
        td li { overflow-wrap: anywhere; }
        .when { white-space: nowrap; }
        input, select { min-height: 2.65rem; }
        td code { white-space: normal; }
        section + section { margin-top: 2rem; }

        .figures { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem;
          grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); }
        .figure { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.1rem; }
        .figure.over { border-color: var(--bad); }
        .value { font-size: 1.75rem; font-weight: 650; line-height: 1.2; margin: .25rem 0 .6rem; font-variant-numeric: tabular-nums; }
        .unit { font-size: .875rem; }
        .of { font-size: .875rem; color: var(--quiet); margin: .5rem 0 0; font-variant-numeric: tabular-nums; }
        .over .of strong { color: var(--bad); }
        .bar { display: block; width: 100%; height: 6px; border-radius: 3px; }
        .track { fill: var(--track); }
        .fill { fill: var(--accent); }
        .over .fill { fill: var(--bad); }

        .search { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin-bottom: 1rem; }
        .search div { flex: 1 1 14rem; max-width: 24rem; }
        .empty { background: var(--card); border: 1px dashed var(--line); border-radius: 12px; padding: 2rem; text-align: center; }
        .scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
        table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
        caption { text-align: left; color: var(--quiet); font-size: .875rem; padding: .75rem 1rem 0; }
        th, td { padding: .6rem 1rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
        tbody tr:last-child > * { border-bottom: 0; }
        tbody tr:hover { background: var(--tint); }
        thead th { font-size: .8125rem; white-space: nowrap; vertical-align: bottom; }
        thead a { color: var(--quiet); text-decoration: none; }
        thead a:hover, [aria-sort] a { color: var(--ink); text-decoration: underline; }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        tbody th { font-weight: 600; }
        tbody th .quiet { display: block; font-size: .8125rem; }
        .owners ul { list-style: none; margin: 0; padding: 0; }
        details summary { color: var(--accent); cursor: pointer; font-size: .875rem; }

        @media (max-width: 640px) {
          .scroll { border: 0; background: none; overflow: visible; }
          caption { padding: 0 0 .5rem; display: block; }
          table, tbody { display: block; }
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          tbody tr { display: block; background: var(--card); border: 1px solid var(--line);
            border-radius: 12px; padding: .75rem 1rem; margin-bottom: .75rem; }
          tbody th { display: block; padding: 0 0 .4rem; }
          tbody td { display: flex; justify-content: space-between; gap: 1rem; padding: .1rem 0; }
          tbody td::before { content: attr(data-label); color: var(--quiet); font-size: .875rem; }
          tbody th, tbody td { border: 0; }
          .owners ul { text-align: right; }
          .figures { grid-template-columns: 1fr 1fr; }
          .figure { padding: .8rem .9rem; }
          .search div { flex-basis: 100%; max-width: none; }
          dl { grid-template-columns: 1fr; gap: 0; }
          dd { margin-bottom: .6rem; }
        }
        @media (prefers-reduced-motion: no-preference) { a, button, .button { transition: border-color .12s; } }
        @media print { .search, .account, .row, .skip { display: none; } body { background: none; } .scroll { overflow: visible; } }

        """
}
