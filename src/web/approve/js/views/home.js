// SPDX-License-Identifier: Apache-2.0
// What is seen while nothing waits.
import {h, icon, s} from "../dom.js";
import {pasteForm} from "./paste.js";

/** What there is to say of it all: the keys of a title and a text. */
function stateOf({accounts, isOnline}) {
    if (accounts.length === 0)
        return ["home.empty.title", "home.empty.text"];
    if (accounts.every(({isGone}) => isGone))
        return ["home.gone.title", "home.gone.text"];
    return isOnline ? ["home.title", "home.text"] : ["home.offline.title", "home.offline"];
}

function picture() {
    return s("svg", {viewBox: "0 0 160 160", class: "waiting", "aria-hidden": "true", focusable: "false"},
        s("circle", {cx: 80, cy: 80, r: 76, class: "wave"}), s("circle", {cx: 80, cy: 80, r: 56, class: "wave"}),
        s("circle", {cx: 80, cy: 80, r: 36, class: "core"}), s("path", {d: "M65 81l10 10 21-22"}));
}

function row(words, account) {
    const note = account.isGone ? h("span", {class: "tag"}, words.t("account.gone.tag")) : null;
    return h("li", {}, h("a", {href: `#/account/${encodeURIComponent(account.id)}`},
        h("span", {class: "initial", "aria-hidden": "true"}, [...account.company][0]?.toUpperCase() ?? ""),
        h("span", {class: "who"}, h("bdi", {}, account.company), h("bdi", {class: "soft"}, account.address), note),
        icon("M9 6l6 6-6 6")));
}

/**
 * @param {object} words
 * @param {{accounts: object[], isOnline: boolean, ways: import("./paste.js").Ways, news: Node}} state news: what there is to know beside
 * @returns {import("./frame.js").Screen}
 */
export function homeView(words, {accounts, isOnline, ways, news}) {
    const isEmpty = accounts.length === 0;
    const [key, text] = stateOf({accounts, isOnline});
    const title = words.t(key);
    return {
        title, corner: "settings",
        body: h("section", {class: `home${key === "home.title" || isEmpty ? "" : " offline"}`},
            news,
            h("div", {class: "middle"}, picture(), h("h1", {}, title),
                h("p", {class: "state", role: isOnline ? undefined : "status"}, words.t(text))),
            isEmpty ? pasteForm(words, ways) : h("nav", {"aria-label": words.t("home.accounts")},
                h("h2", {}, words.t("home.accounts")),
                h("ul", {class: "accounts"}, accounts.map((account) => row(words, account))))),
    };
}
