"use strict";
(() => {
  const text = (cell) => (cell.dataset.value ?? cell.textContent).trim();

  const key = (cell) => {
    const value = text(cell);
    return value !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
  };

  // Numbers come before texts, and empty cells last, whatever the direction.
  const compare = (a, b, sign) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    if (typeof a !== typeof b) return typeof a === "number" ? -sign : sign;
    return sign * (typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true }));
  };

  const sort = (button) => {
    const heading = button.closest("th");
    const sign = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const column = heading.cellIndex;
    for (const other of heading.parentElement.cells) other.setAttribute("aria-sort", "none");
    heading.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
    const body = heading.closest("table").tBodies[0];
    const rows = Array.from(body.rows, (row) => [key(row.cells[column]), row]);
    rows.sort((a, b) => compare(a[0], b[0], sign));
    body.append(...rows.map((one) => one[1]));
  };

  // A text that a spreadsheet would take for a formula gets an apostrophe; numbers stay as they are.
  const field = (cell) => {
    const value = text(cell);
    const shown = /^[=+\-@\t\r]/.test(value) && !Number.isFinite(Number(value)) ? `'${value}` : value;
    return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
  };

  const save = (button) => {
    const table = document.getElementById(button.dataset.table);
    const lines = Array.from(table.rows, (row) => Array.from(row.cells, field).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${lines.join("\r\n")}\r\n`], { type: "text/csv" }));
    link.download = button.dataset.file;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  document.documentElement.classList.add("scripted");
  for (const one of document.querySelectorAll("button.sort")) one.addEventListener("click", () => sort(one));
  for (const one of document.querySelectorAll("button.save")) one.addEventListener("click", () => save(one));
})();
