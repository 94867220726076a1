// A whole console: java Console SERVER EMAIL  (JAX-WS: with Java 8, or its reference implementation since Java 11)
// wsimport -keep -p console SERVER/WebServices/TechnicianConsole.asmx?WSDL
import console.*;
import java.net.URL;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import javax.xml.ws.BindingProvider;
import javax.xml.ws.Holder;
import javax.xml.ws.handler.MessageContext;

class Console {
    private final Scanner in = new Scanner(System.in);
    private final TechnicianConsoleSoap port;
    // What answers have besides their results; a real console shows them.
    private final Holder<Short> attempts = new Holder<>(), strength = new Holder<>();
    private final Holder<Integer> days = new Holder<>();
    private final Holder<Boolean> running = new Holder<>();
    private final Holder<String> url = new Holder<>();

    Console(String server) throws Exception {
        URL description = new URL(server + "/WebServices/TechnicianConsole.asmx?WSDL");
        port = new TechnicianConsole(description).getTechnicianConsoleSoap();
        Map<String, Object> context = ((BindingProvider) port).getRequestContext();
        context.put(BindingProvider.SESSION_MAINTAIN_PROPERTY, true); // the session: a cookie
        // The server may hold a check until something happens.
        context.put(MessageContext.HTTP_REQUEST_HEADERS, Map.of("Prefer", List.of("wait=20")));
    }

    private String ask(String question) { // a real console does not show a password while it is typed
        System.out.print(question);
        System.out.flush();
        return in.hasNextLine() ? in.nextLine() : "";
    }

    private LoginTwoFactorRet askThePhone(String token) throws InterruptedException {
        Holder<LoginTwoFactorRet> result = new Holder<>();
        Holder<String> pushToken = new Holder<>(), number = new Holder<>();
        Holder<Integer> expires = new Holder<>(), interval = new Holder<>();
        port.twoFactorSendPushAuth(token, result, pushToken, number, expires, interval);
        while (result.value == LoginTwoFactorRet.LOGIN_TWO_FACTOR_RET_TWO_FACTOR_ERROR && expires.value > 0) {
            System.out.println("The phone can be asked again in " + expires.value + " seconds.");
            Thread.sleep(expires.value * 1000L);
            port.twoFactorSendPushAuth(token, result, pushToken, number, expires, interval);
        }
        if (result.value != LoginTwoFactorRet.LOGIN_TWO_FACTOR_RET_OK)
            return result.value;
        System.out.println("Type " + number.value + " on the phone.");
        while (true) {
            port.twoFactorCheckPushAuthStatus(token, pushToken.value, result, attempts, days, running, url, strength);
            if (result.value != LoginTwoFactorRet.LOGIN_TWO_FACTOR_RET_POLL)
                return result.value;
            Thread.sleep(interval.value * 1000L);
        }
    }

    private LoginTwoFactorRet secondFactor(String token) throws InterruptedException {
        Holder<LoginTwoFactorRet> result = new Holder<>();
        while (true) {
            String code = ask("Code, or Enter to ask the phone: ");
            if (code.isEmpty())
                return askThePhone(token);
            port.twoFactorValidateCode(token, code, result, attempts, days, running, url, strength);
            if (result.value != LoginTwoFactorRet.LOGIN_TWO_FACTOR_RET_INVALID_CODE)
                return result.value;
            System.out.println("That code is wrong, or was used already.");
        }
    }

    /** The name of the last result, such as login_v2_OK: map results by name, never by number. */
    private String signIn(String email) throws InterruptedException {
        Holder<LoginV2> login = new Holder<>();
        Holder<String> token = new Holder<>(), setup = new Holder<>();
        Holder<ArrayOfTwoFactorAuthenticationMethod> methods = new Holder<>();
        String password = ask("Password: ");
        port.loginTechnicianFromStandaloneV72(email, password, "en", login, token, attempts, days, running, url, strength,
            setup, methods);
        while (true) {
            String result = login.value.value();
            if (login.value == LoginV2.LOGIN_V_2_OK_TWO_FACTOR_AUTHENTICATION_REQUIRED)
                result = secondFactor(token.value).value();
            else if (login.value == LoginV2.LOGIN_V_2_OK_TWO_FACTOR_SETUP_REQUIRED)
                System.out.println("Set up a second factor first: " + setup.value);
            if (!result.endsWith("_UserPasswordExpired"))
                return result;
            String newPassword = ask("The password has expired. New password: ");
            port.loginTechnicianWithNewPasswordV72(email, password, newPassword, login, token, attempts, days, running,
                url, strength, setup, methods);
            password = newPassword;
        }
    }

    public static void main(String[] args) throws Exception {
        Console console = new Console(args[0]);
        String result = console.signIn(args[1]);
        if (!result.endsWith("_OK")) {
            System.err.println("Not signed in: " + result);
            System.exit(1);
        }
        System.out.println("Signed in.");
        console.ask("Enter signs out. ");
        System.out.println("Session: " + console.port.keepConsoleAlive().value()); // every few minutes
        System.out.println("Signed out: " + console.port.logoutTechnician().value());
    }
}
