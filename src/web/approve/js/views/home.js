// SPDX-License-Identifier: Apache-2.0
// What is seen while nothing waits.
import {h, icon, s} from "../dom.js";
import {pasteForm} from "./paste.js";

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
 * @param {{accounts: object[], isOnline: boolean, paste: (text: string) => boolean, news: Node}} state paste: goes on with an
 *   enrolment link; false where it is none; news: what there is to know beside
 * @returns {import("./frame.js").Screen}
 */
export function homeView(words, {accounts, isOnline, paste, news}) {
    const isEmpty = accounts.length === 0;
    const title = words.t(isEmpty ? "home.empty.title" : "home.title");
    const state = isEmpty ? "home.empty.text" : isOnline ? "home.text" : "home.offline";
    return {
        title, corner: "settings",
        body: h("section", {class: `home${isOnline ? "" : " offline"}`},
            news,
            h("div", {class: "middle"}, picture(), h("h1", {}, title),
                h("p", {class: "state", role: isOnline ? undefined : "status"}, words.t(state))),
            isEmpty ? pasteForm(words, paste) : h("nav", {"aria-label": words.t("home.accounts")},
                h("h2", {}, words.t("home.accounts")),
                h("ul", {class: "accounts"}, accounts.map((account) => row(words, account))))),
    };
}
