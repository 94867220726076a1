"""A whole console: python3 console.py SERVER EMAIL  (Debian: python3-zeep; elsewhere: pip install zeep)."""
import getpass
import sys
import time

from zeep import Client

server, email = sys.argv[1:]
client = Client(f"{server}/WebServices/TechnicianConsole.asmx?WSDL")  # one client keeps one session: its cookies
client.transport.session.headers["Prefer"] = "wait=20"  # the server may hold a check until something happens
service = client.service


def secret(question):
    return getpass.getpass(question) if sys.stdin.isatty() else input(question)


def ask_the_phone(token):
    push = service.twoFactorSendPushAuth(sLoginToken=token)
    while push.twoFactorSendPushAuthResult == "loginTwoFactorRet_TwoFactorError" and push.iExpiresIn > 0:
        print("The phone can be asked again in", push.iExpiresIn, "seconds.", flush=True)
        time.sleep(push.iExpiresIn)
        push = service.twoFactorSendPushAuth(sLoginToken=token)
    if push.twoFactorSendPushAuthResult != "loginTwoFactorRet_OK":
        return push.twoFactorSendPushAuthResult
    print("Type", push.sMatchNumber, "on the phone.", flush=True)
    while True:
        check = service.twoFactorCheckPushAuthStatus(sLoginToken=token, sPushToken=push.sPushToken)
        if check.twoFactorCheckPushAuthStatusResult != "loginTwoFactorRet_Poll":
            return check.twoFactorCheckPushAuthStatusResult
        time.sleep(push.iPollInterval)


def second_factor(token):
    while code := input("Code, or Enter to ask the phone: "):
        result = service.twoFactorValidateCode(sLoginToken=token, sCode=code).twoFactorValidateCodeResult
        if result != "loginTwoFactorRet_InvalidCode":
            return result
        print("That code is wrong, or was used already.", flush=True)
    return ask_the_phone(token)


def sign_in():
    password = secret("Password: ")
    login = service.loginTechnicianFromStandalone_v7_2(sEmail=email, sPassword=password, sLanguage="en")
    result = login.loginTechnicianFromStandalone_v7_2Result
    while True:
        if result == "login_v2_OkTwoFactorAuthenticationRequired":
            result = second_factor(login.sLoginToken)
        elif result == "login_v2_OkTwoFactorSetupRequired":
            print("Set up a second factor first:", login.sTwoFactorSetupUrl, flush=True)
        if not result.endswith("_UserPasswordExpired"):
            return result
        new = secret("The password has expired. New password: ")
        login = service.loginTechnicianWithNewPassword_v7_2(email=email, oldPassword=password, newPassword=new)
        result, password = login.loginTechnicianWithNewPassword_v7_2Result, new


result = sign_in()
if not result.endswith("_OK"):  # map results by name, never by number
    sys.exit(f"Not signed in: {result}")
print("Signed in.", flush=True)
input("Enter signs out. ")
print("Session:", service.keepConsoleAlive(), flush=True)  # every few minutes while the console is in use
print("Signed out:", service.logoutTechnician(), flush=True)
