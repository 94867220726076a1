// SPDX-License-Identifier: Apache-2.0
// What happens now: sign-ins, pushes, sessions and locks, the newest first, as the server reports them.
import {h} from "../../../../approve/js/dom.js";
import {companyChoice, eventKind, eventPerson, eventWords, findForm, field, placeOf, problem, when} from "./common.js";

/** Rows that are kept on the screen. */
const SHOWN = 100;
/** Seconds that the server may take until something happens, and how long to leave it alone after trouble, in milliseconds. */
const WAIT = 20;
const PAUSE = 3_000;

function row(ctx, event) {
    const {t, words} = ctx;
    const cells = [[t("event.when"), when(words, event.sAt)], ["", eventWords(words, event)], [t("person"), eventPerson(event)],
        [t("company"), event.sCompany], [t("from"), event.sSource, "address"]];
    return h("tr", {role: "row", class: eventKind(event)},
        cells.map(([name, value, type]) => h("td", {role: "cell", "data-name": name || undefined, class: type}, value ?? "")));
}

/** @param {import("./common.js").Context} ctx @param {URLSearchParams} asked */
export async function liveView(ctx, asked) {
    const {t} = ctx;
    // Those of one company: of all together the server tells only who reaches everything.
    const chosen = ctx.isEverywhere || ctx.companies.length < 2 ? undefined : asked.get("company") ?? ctx.companies[0].sCompany;
    const stop = new AbortController();
    const body = h("tbody", {role: "rowgroup"});
    const trouble = h("div", {});
    const none = h("p", {class: "none"}, t("live.none"));

    function add(events) {
        for (const event of events)
            body.prepend(row(ctx, event));
        while (body.childElementCount > SHOWN)
            body.lastElementChild.remove();
        none.hidden = body.childElementCount > 0;
    }

    let after;
    async function ask(wait) {
        const answer = await ctx.call("signins", {sInCompany: chosen, sAfter: after}, {wait, signal: stop.signal});
        if (stop.signal.aborted)
            return;
        if (answer.result === "OK" || answer.result === "Poll") {
            add(answer.aEvents ?? []);
            after = answer.sNext ?? after;
            trouble.replaceChildren();
        } else {
            trouble.replaceChildren(problem(ctx.words, answer));
            await new Promise((resolve) => setTimeout(resolve, PAUSE));
        }
    }

    async function follow() {
        await ask(0);
        while (!stop.signal.aborted)
            await ask(WAIT);
    }

    void follow();
    return {
        title: t("live.title"),
        body: h("section", {}, h("h1", {}, t("live.title")),
            findForm(ctx, [field(t("people.search"), {id: "search", type: "search"}), chosen === undefined ? null : companyChoice(ctx, chosen, false)].filter(Boolean),
                (value) => {
                    const company = chosen === undefined ? undefined : value("company");
                    return value("search") === "" && company !== undefined ? placeOf("live", {company}) : placeOf("people", {search: value("search"), company});
                }),
            trouble,
            h("table", {role: "table"}, h("caption", {}, t("live.caption")),
                h("thead", {role: "rowgroup"}, h("tr", {role: "row"}, [t("event.when"), t("event.what"), t("person"), t("company"), t("from")]
                    .map((name) => h("th", {scope: "col", role: "columnheader"}, name)))), body),
            none),
        leave: () => stop.abort(),
    };
}
