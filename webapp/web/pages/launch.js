/*
 * Only where the page is served at 127.0.0.1: keeps the secret of this tab in the tab's name, which
 * survives a reload and is written nowhere else. A page that warns waits for a click on its link.
 */

const { tab, warns } = document.documentElement.dataset;
window.name = `safehouse:${tab}`;
delete document.documentElement.dataset.tab;
if (warns === undefined) location.replace("/");
