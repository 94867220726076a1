// SPDX-License-Identifier: Apache-2.0
// The accounts, a page at a time: the server finds them, however many there are.
import {h} from "../../../../approve/js/dom.js";
import {addForm} from "./deeds.js";
import {choice, companyChoice, field, findForm, personPlace, placeOf, problem, table, tag} from "./common.js";

/** The state of an account in words. */
export function stateTag(words, state) {
    const key = `state.${(state ?? "").replaceAll(" ", "-")}`;
    return tag(words.has(key) ? words.t(key) : state ?? "", state === "active" ? "calm" : undefined);
}

/** @param {import("./common.js").Context} ctx @param {URLSearchParams} asked */
export async function peopleView(ctx, asked) {
    const {t, words} = ctx;
    const value = (name) => asked.get(name) ?? "";
    const company = value("company") || (ctx.isEverywhere ? "" : ctx.companies[0]?.sCompany ?? "");
    const answer = await ctx.call("technician/list", {
        sInCompany: company || undefined, sSearch: value("search") || undefined, sState: value("state") || undefined,
        sAfter: value("after") || undefined});
    const states = [["", t("state.any")], ["active", t("state.active")], ["locked", t("state.locked")], ["disabled", t("state.disabled")]];
    const found = answer.aTechnicians ?? [];
    return {
        title: t("people.title"),
        body: h("section", {}, h("h1", {}, t("people.title")),
            findForm(ctx, [field(t("people.search"), {id: "search", type: "search", value: value("search")}),
                companyChoice(ctx, company, ctx.isEverywhere), choice(t("state"), "state", states, value("state"))],
            (of) => placeOf("people", {search: of("search"), company: of("company"), state: of("state")})),
            answer.result === "OK" ? table({
                caption: t("people.caption"), rows: found, none: t("people.none"),
                columns: [[t("person"), (one) => h("a", {href: personPlace(one.sTechnicianId)}, one.sEmail)], [t("name"), (one) => one.sName],
                    [t("company"), (one) => one.sCompany], [t("state"), (one) => stateTag(words, one.sState)]],
            }) : problem(words, answer),
            answer.sNext === undefined ? null : h("p", {class: "more"}, h("a", {href: placeOf("people", {
                search: value("search"), company: value("company"), state: value("state"), after: answer.sNext})}, t("more"))),
            addForm(ctx, company)),
    };
}
