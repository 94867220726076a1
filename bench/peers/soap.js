// SPDX-License-Identifier: Apache-2.0
// The server of npm's soap package, answering each check with Poll. usage: soap.js WSDL PORT PATH
"use strict";
const fs = require("fs");
const http = require("http");
const soap = require("soap");

const [wsdl, port, path] = process.argv.slice(2);
const operation = () => ({
  twoFactorCheckPushAuthStatusResult: "loginTwoFactorRet_Poll",
  iAttemptRemaining: 10,
  iPasswordExpiresIn: -1,
  bIsTCRunning: false,
  minimumPasswordStrength: 0,
});
const text = fs.readFileSync(wsdl, "utf8");
const names = [...text.matchAll(/<(?:\w+:)?port name="(\w+)"/g)].map((match) => match[1]);
const service = /<(?:\w+:)?service name="(\w+)"/.exec(text)[1];
const ports = Object.fromEntries(names.map((name) => [name, { twoFactorCheckPushAuthStatus: operation }]));
const server = http.createServer((request, response) => response.end());
server.keepAliveTimeout = 0;
server.listen(Number(port), "127.0.0.1", () => soap.listen(server, path, { [service]: ports }, text));
