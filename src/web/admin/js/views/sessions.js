// SPDX-License-Identifier: Apache-2.0
// The consoles that are signed in, a page at a time.
import {h} from "../../../../approve/js/dom.js";
import {action, companyChoice, eventPerson, field, findForm, placeOf, problem, table, when} from "./common.js";

/** Of a table of consoles, without whose they are. @param {HTMLElement} trouble where it is said what hindered an end */
export function sessionColumns(ctx, trouble) {
    const {t, words} = ctx;
    const ending = (session) => ctx.may("helpdesk", "session/end") ? action(ctx, {label: t("end"), more: session.sConsole, trouble,
        act: () => ctx.call("session/end", {sSessionId: session.sSessionId})}) : null;
    return [[t("console"), (s) => s.sConsole], [t("from"), (s) => s.sSource, "address"], [t("since"), (s) => when(words, s.sCreated)],
        [t("seen"), (s) => when(words, s.sSeen)], ["", ending]];
}

/** @param {import("./common.js").Context} ctx @param {URLSearchParams} asked */
export async function sessionsView(ctx, asked) {
    const {t, words} = ctx;
    const value = (name) => asked.get(name) ?? "";
    const company = value("company") || (ctx.isEverywhere ? "" : ctx.companies[0]?.sCompany ?? "");
    const answer = await ctx.call("session/list", {
        sInCompany: value("of") === "" ? company || undefined : undefined, sOfTechnician: value("of") || undefined,
        sAfter: value("after") || undefined});
    const trouble = h("div", {});
    return {
        title: t("consoles.title"),
        body: h("section", {}, h("h1", {}, t("consoles.title")),
            findForm(ctx, [companyChoice(ctx, company, ctx.isEverywhere), field(t("person"), {id: "of", value: value("of")})],
                (get) => placeOf("sessions", {company: get("company"), of: get("of")})),
            trouble,
            answer.result === "OK" ? table({caption: t("consoles.caption"), rows: answer.aSessions ?? [], none: t("sessions.none"),
                columns: [[t("person"), eventPerson], ...sessionColumns(ctx, trouble)]}) : problem(words, answer),
            answer.sNext === undefined ? null : h("p", {class: "more"}, h("a", {href: placeOf("sessions", {
                company: value("company"), of: value("of"), after: answer.sNext})}, t("more")))),
    };
}
