/// The script of a page: sorts and filters the table of runs. Without it the page shows the first
/// rows. It writes texts as texts only, never as markup.
enum PageScript {
  static let source = #"""
    "use strict";
    (function () {
      var data = JSON.parse(document.getElementById("run-data").textContent);
      var total = data.states.length, size = 100, page = 0;
      var names = {d: "done", f: "failed", r: "running", p: "pending"};
      var table = document.getElementById("run-table");
      var columns = [];
      columns.push({name: "run", text: function (i) { return data.ids.substr(12 * i, 12); }, id: true});
      data.axes.forEach(function (axis) {
        columns.push({name: axis.name, axis: axis,
          text: function (i) { return axis.values[axis.codes[i]]; },
          key: axis.number ? function (i) { return Number(axis.values[axis.codes[i]]); }
            : function (i) { return axis.codes[i]; }});
      });
      columns.push({name: "state", state: true, text: function (i) { return names[data.states[i]]; }});
      data.metrics.forEach(function (metric) {
        columns.push({name: metric.name, number: true,
          text: function (i) { var v = metric.values[i]; return v === null ? "" : String(v); },
          key: function (i) { return metric.values[i]; }});
      });
      var order = [], rows = [], sorted = -1, descending = false, cell = -1;
      for (var i = 0; i < total; i++) order.push(i);

      function element(name, text, parent) {
        var made = document.createElement(name);
        if (text !== null) made.textContent = text;
        if (parent) parent.appendChild(made);
        return made;
      }
      function labelled(parent, text, control) {
        var label = element("label", text, parent);
        label.appendChild(control);
        return control;
      }
      function choice(parent, name, values) {
        var select = element("select", null, null);
        element("option", "all", select).value = "";
        values.forEach(function (value, index) { element("option", value, select).value = index; });
        select.addEventListener("change", filter);
        return labelled(parent, name, select);
      }

      var controls = document.getElementById("run-controls");
      var search = element("input", null, null);
      search.type = "search";
      search.id = "run-search";
      search.addEventListener("input", filter);
      labelled(controls, "run or value", search);
      var choices = [];
      data.axes.forEach(function (axis) {
        if (axis.values.length > 1 && axis.values.length <= 500) {
          choices.push({axis: axis, select: choice(controls, axis.name, axis.values)});
        }
      });
      var stateKeys = "dfrp".split("").filter(function (key) { return data.states.indexOf(key) >= 0; });
      var state = choice(controls, "state", stateKeys.map(function (key) { return names[key]; }));
      state.id = "run-state";
      var reset = element("button", "show all", controls);
      reset.type = "button";
      reset.addEventListener("click", function () {
        search.value = ""; state.value = ""; cell = -1;
        choices.forEach(function (item) { item.select.value = ""; });
        filter();
      });
      var status = document.getElementById("run-status");
      var pager = document.getElementById("run-pager");
      var back = element("button", "← previous", pager);
      var next = element("button", "next →", pager);
      back.type = next.type = "button";
      back.addEventListener("click", function () { page--; show(); });
      next.addEventListener("click", function () { page++; show(); });

      table.textContent = "";
      var head = element("tr", null, element("thead", null, table));
      columns.forEach(function (column, index) {
        var th = element("th", null, head);
        th.scope = "col";
        th.setAttribute("aria-sort", "none");
        if (column.number) th.className = "number";
        var button = element("button", column.name, th);
        button.type = "button";
        button.addEventListener("click", function () { sort(index); });
        column.head = th;
      });
      var cellHead = element("th", "cell", head);
      cellHead.scope = "col";
      var body = element("tbody", null, table);

      function sort(index) {
        var column = columns[index];
        if (sorted === index) descending = !descending; else { sorted = index; descending = false; }
        columns.forEach(function (other) { other.head.setAttribute("aria-sort", "none"); });
        column.head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        var keys = [], key = column.key || column.text, sign = descending ? -1 : 1;
        for (var i = 0; i < total; i++) keys.push(key(i));
        order.sort(function (a, b) {
          var x = keys[a], y = keys[b];
          if (x === y) return a - b;
          if (x === null) return 1;
          if (y === null) return -1;
          return x < y ? -sign : sign;
        });
        filter();
      }
      function filter() {
        var words = search.value.trim().toLowerCase();
        var wanted = choices.filter(function (item) { return item.select.value !== ""; })
          .map(function (item) { return {codes: item.axis.codes, code: Number(item.select.value)}; });
        var key = state.value === "" ? "" : stateKeys[Number(state.value)];
        var texts = columns.filter(function (column) { return column.id || column.axis || column.state; });
        rows = order.filter(function (i) {
          if (cell >= 0 && data.cells[i] !== cell) return false;
          if (key && data.states[i] !== key) return false;
          for (var w = 0; w < wanted.length; w++) {
            if (wanted[w].codes[i] !== wanted[w].code) return false;
          }
          return !words || texts.some(function (column) {
            return column.text(i).toLowerCase().indexOf(words) >= 0;
          });
        });
        page = 0;
        show();
      }
      function show() {
        var pages = Math.max(1, Math.ceil(rows.length / size));
        page = Math.min(Math.max(page, 0), pages - 1);
        var from = page * size, to = Math.min(rows.length, from + size);
        var part = document.createDocumentFragment();
        for (var r = from; r < to; r++) {
          var i = rows[r], tr = element("tr", null, part);
          columns.forEach(function (column) {
            var td = element("td", column.text(i), tr);
            if (column.number) td.className = "number";
            if (column.id) td.className = "id";
            if (column.state) td.className = "state-" + column.text(i);
          });
          var target = "cell-" + data.cells[i], last = element("td", null, tr);
          if (document.getElementById(target)) {
            element("a", "cell", last).href = "#" + target;
          }
        }
        body.textContent = "";
        body.appendChild(part);
        status.textContent = (rows.length === total ? total + " runs" : rows.length + " of " + total
          + " runs") + (cell >= 0 ? " (one cell)" : "")
          + (rows.length > size ? ", " + (from + 1) + " to " + to + " shown" : "");
        pager.hidden = pages === 1;
        back.disabled = page === 0;
        next.disabled = page === pages - 1;
      }
      document.addEventListener("click", function (event) {
        var link = event.target.closest ? event.target.closest("a[data-cell]") : null;
        if (!link) return;
        search.value = ""; state.value = "";
        choices.forEach(function (item) { item.select.value = ""; });
        cell = Number(link.getAttribute("data-cell"));
        filter();
      });
      filter();
    })();

    """#
}
