// SPDX-License-Identifier: Apache-2.0
// Charts of the last days: sign-ins, the time until an approval, refusals by their cause. Each has its numbers in words, too.
import {h, s} from "../../../../approve/js/dom.js";
import {choice, companyChoice, findForm, placeOf, problem, seconds, table} from "./common.js";

const WIDTH = 100, HEIGHT = 100;

/** The days of all companies together, the oldest first. */
function byDay(days) {
    const sums = new Map();
    for (const one of days) {
        const sum = sums.get(one.sDay) ?? {sDay: one.sDay, iOk: 0, iRefused: 0, iPushes: 0, iApprovals: 0, waits: []};
        for (const name of ["iOk", "iRefused", "iPushes", "iApprovals"])
            sum[name] += one[name] ?? 0;
        if (one.iMedian >= 0)
            sum.waits.push(one);
        sums.set(one.sDay, sum);
    }
    return [...sums.values()].sort((a, b) => a.sDay.localeCompare(b.sDay));
}

function bars(words, days) {
    const most = Math.max(1, ...days.map((day) => day.iOk + day.iRefused));
    const step = WIDTH / Math.max(1, days.length);
    const bar = (kind, x, from, n) => s("rect", {class: kind, x: x + step * 0.15, width: step * 0.7, y: HEIGHT - (from + n) / most * HEIGHT,
        height: n / most * HEIGHT});
    const total = (name) => days.reduce((sum, day) => sum + day[name], 0);
    return h("figure", {}, h("figcaption", {}, words.t("figures.signins")),
        s("svg", {class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img",
            "aria-label": words.t("figures.signins.label", {ok: total("iOk"), refused: total("iRefused")})},
        s("path", {class: "axis", d: `M0 ${HEIGHT}H${WIDTH}`}),
        days.map((day, i) => [bar("ok", i * step, 0, day.iOk), bar("refused", i * step, day.iOk, day.iRefused)])),
        h("ul", {class: "legend"}, h("li", {}, words.t("figures.ok")), h("li", {class: "refused"}, words.t("figures.refused"))));
}

/** How often each cause was: the most frequent first. */
function causes(words, counts) {
    const sums = new Map();
    for (const {sKind, sName, iCount} of counts)
        if (sKind === "cause" && iCount > 0)
            sums.set(sName, (sums.get(sName) ?? 0) + iCount);
    const all = [...sums].sort(([, a], [, b]) => b - a);
    const most = Math.max(1, ...all.map(([, n]) => n));
    const number = new Intl.NumberFormat(words.locale);
    const name = (cause) => words.has(`cause.${cause.replaceAll(" ", "-")}`) ? words.t(`cause.${cause.replaceAll(" ", "-")}`) : cause;
    return h("figure", {}, h("figcaption", {}, words.t("figures.causes")),
        all.length === 0 ? h("p", {class: "none"}, words.t("refusals.none"))
            : h("dl", {class: "bars"}, all.flatMap(([cause, n]) => [h("dt", {}, name(cause)),
                h("dd", {}, h("meter", {min: 0, max: most, value: n, "aria-label": name(cause)})), h("dd", {}, number.format(n))])));
}

/** @param {import("./common.js").Context} ctx @param {URLSearchParams} asked */
export async function figuresView(ctx, asked) {
    const {t, words} = ctx;
    const iDays = Number(asked.get("days")) || 7;
    const company = asked.get("company") || (ctx.isEverywhere ? "" : ctx.companies[0]?.sCompany ?? "");
    const answer = await ctx.call("stats", {sInCompany: company || undefined, iDays});
    const days = byDay(answer.aDays ?? []);
    const number = new Intl.NumberFormat(words.locale);
    const wait = (day, name) => day.waits.length === 0 ? "–" : seconds(words, Math.max(...day.waits.map((one) => one[name])));
    return {
        title: t("figures.title"),
        body: h("section", {}, h("h1", {}, t("figures.title")),
            findForm(ctx, [companyChoice(ctx, company, ctx.isEverywhere),
                choice(t("figures.days"), "days", ["7", "14", "31"].map((n) => [n, n]), String(iDays))],
            (of) => placeOf("figures", {company: of("company"), days: of("days")})),
            answer.result !== "OK" ? problem(words, answer) : [
                h("div", {class: "columns"}, bars(words, days), causes(words, answer.aCounts ?? [])),
                table({caption: t("figures.table"), rows: [...days].reverse(), none: t("figures.none"), columns: [
                    [t("figures.day"), (d) => words.date(new Date(`${d.sDay}T00:00:00`))], [t("figures.ok"), (d) => number.format(d.iOk), "number"],
                    [t("figures.refused"), (d) => number.format(d.iRefused), "number"], [t("figures.pushes"), (d) => number.format(d.iPushes), "number"],
                    [t("figures.approvals"), (d) => number.format(d.iApprovals), "number"],
                    [t("figures.median"), (d) => wait(d, "iMedian"), "number"], [t("figures.p95"), (d) => wait(d, "iP95"), "number"]]})]),
    };
}
