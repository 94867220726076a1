// SPDX-License-Identifier: Apache-2.0
// 'This was not me': each report stays here until somebody took it; and what else an operator should know at once.
import {h} from "../../../../approve/js/dom.js";
import {action, eventPerson, problem, table, when} from "./common.js";

/** The server's own words, which are English. */
const inEnglish = (alarm) => h("span", {lang: "en"}, `${alarm.sTitle}: ${alarm.sDetail}`);

/** @param {import("./common.js").Context} ctx */
export async function alarmsView(ctx) {
    const {t, words} = ctx;
    const answer = await ctx.call("reported/list");
    const others = ctx.isEverywhere && ctx.may("auditor", "alarm/list") ? await ctx.call("alarm/list") : {result: "OK"};
    const standing = (others.aAlarms ?? []).filter(({sClass}) => sClass !== "reported");
    const trouble = h("div", {});
    const open = (answer.aReports ?? []).filter(({sTakenBy}) => sTakenBy === undefined);
    const taken = (answer.aReports ?? []).filter(({sTakenBy}) => sTakenBy !== undefined);
    const about = [[t("event.when"), (a) => when(words, a.sAt)], [t("person"), eventPerson], [t("company"), (a) => a.sCompany],
        [t("from"), (a) => a.sSource, "address"]];
    return {
        title: t("alarms.title"),
        body: h("section", {}, h("h1", {}, t("alarms.title")), h("p", {}, t("alarms.text")), trouble,
            answer.result !== "OK" ? problem(words, answer) : [
                table({caption: t("alarms.open"), rows: open, none: t("alarms.none"), kind: () => "bad", columns: [...about,
                    ["", (a) => ctx.may("helpdesk", "reported/take") ? action(ctx, {label: t("alarms.take"), kind: "main", more: a.sEmail, trouble,
                        act: () => ctx.call("reported/take", {sTechnician: a.sTechnicianId, sReportId: a.sReportId})}) : null]]}),
                table({caption: t("alarms.taken"), rows: taken, none: t("alarms.taken.none"), columns: [...about,
                    [t("alarms.by"), (a) => a.sTakenBy], [t("alarms.at"), (a) => when(words, a.sTakenAt)]]})],
            !ctx.isEverywhere ? null : others.result !== "OK" ? problem(words, others)
                : table({caption: t("alarms.server"), rows: standing, none: t("alarms.server.none"), kind: () => "bad", columns: [
                    [t("alarms.since"), (a) => when(words, a.sRaised)], [t("event.what"), inEnglish], [t("alarms.subject"), (a) => a.sSubject],
                    [t("alarms.seen"), (a) => when(words, a.sSeen)]]})),
    };
}
