using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ahenk.LiderSimulator.Wire;
using Ahenk.LiderSimulator.Xmpp;

namespace Ahenk.LiderSimulator.Commands;

/// <summary>The words of the command line.</summary>
internal static class SimulatorCommandLine
{
    private static readonly Option<string> Host = Setting("--host", "Host or address of the XMPP server.", "127.0.0.1");
    private static readonly Option<int> Port = Setting("--port", "Its port.", 5222);
    private static readonly Option<string> Domain = Setting("--domain", "The XMPP domain (service name).", "im.liderahenk.org");
    private static readonly Option<string> User = Setting("--user", "Lider's account; it is created when it is missing.", "lider_sunucu");
    private static readonly Option<string> Password = Setting("--password", "Its password.", "lider");
    private static readonly Option<bool> Tls = Setting("--tls", "Use STARTTLS, with any certificate.", false);
    private static readonly Option<int> RowDelay = Setting(
        "--row-delay", "Milliseconds after a task was sent before which an answer is lost, as on the real server.", 0);

    private static readonly Option<string?> AuthorizedUser = Setting<string?>(
        "--authorized-user", "The user who may register agents, as NAME:PASSWORD; default: anybody.", null);

    private static readonly Option<string[]> BareAgents = new("--register-as-agents")
    {
        Description = "Also be these bare agents: register and answer every task at once.",
        AllowMultipleArgumentsPerToken = true,
        Recursive = true,
    };

    private static readonly Option<string?> Agent = new("--agent") { Description = "The agent to use; default: the first to come online." };
    private static readonly Option<int> Patience = new("--timeout")
    {
        Description = "Seconds to wait for the agent, and again for its answers.",
        DefaultValueFactory = _ => 60,
    };

    /// <summary>Builds the command line.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("The Lider server as an Ahenk agent sees it, with a strict eye on the wire contract.")
        {
            Host, Port, Domain, User, Password, Tls, RowDelay, AuthorizedUser, BareAgents,
        };
        root.Subcommands.Add(Serve());
        root.Subcommands.Add(Demo());
        root.Subcommands.Add(Send());
        root.Subcommands.Add(Control());
        return root;
    }

    private static Command Serve()
    {
        var command = new Command("serve", "Runs until it is interrupted and prints what comes in, a line each.");
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments,
            Print,
            async (_, token) =>
            {
                await Task.Delay(Timeout.Infinite, token);
                return 0;
            },
            cancellationToken));
        return command;
    }

    private static Command Demo()
    {
        var command = new Command("demo", "Waits for an agent, sends it tasks and prints its answers; fails on any violation.") { Agent, Patience };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments,
            Print,
            (server, token) => Demonstration.RunAsync(
                server, arguments.GetValue(Agent), TimeSpan.FromSeconds(arguments.GetValue(Patience)), Console.Out, token),
            cancellationToken));
        return command;
    }

    private static Command Send()
    {
        var agent = new Argument<string>("AGENT") { Description = "The local part of the agent's JID." };
        var plugin = new Argument<string>("PLUGIN") { Description = "For example script." };
        var id = new Argument<string>("COMMAND") { Description = "For example EXECUTE_SCRIPT." };
        var parameters = new Argument<string>("JSON") { Description = "The parameterMap.", DefaultValueFactory = _ => "{}" };
        var command = new Command("send", "Sends one task and prints its answer.") { agent, plugin, id, parameters, Patience };
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments,
            Print,
            async (server, token) =>
            {
                if (JsonNode.Parse(arguments.GetRequiredValue(parameters)) is not JsonObject map)
                {
                    throw new JsonException("The parameterMap is no JSON object.");
                }

                var order = new TaskOrder(
                    Demonstration.FirstTaskId(), arguments.GetRequiredValue(plugin), arguments.GetRequiredValue(id), map);
                return await Demonstration.SendAsync(
                    server, arguments.GetRequiredValue(agent), [order], TimeSpan.FromSeconds(arguments.GetValue(Patience)), Console.Out, token);
            },
            cancellationToken));
        return command;
    }

    private static Command Control()
    {
        var command = new Command("control", "Takes commands as JSON objects, a line each, on the standard input (see ControlLoop).");
        command.SetAction((arguments, cancellationToken) => RunAsync(
            arguments,
            Console.Error.WriteLine,
            (server, token) => new ControlLoop(server, Console.In, Console.Out).RunAsync(token),
            cancellationToken));
        return command;
    }

    /// <summary>Runs something with a server; what goes wrong is told in one line. Exit codes: 0 good, 1 the agent failed, 2 the simulator failed.</summary>
    private static async Task<int> RunAsync(
        ParseResult arguments, Action<string> report, Func<LiderServer, CancellationToken, Task<int>> run, CancellationToken cancellationToken)
    {
        var agents = new List<BareAgent>();
        try
        {
            var options = Options(arguments, report);
            await using var server = await LiderServer.StartAsync(options, cancellationToken);
            foreach (var name in arguments.GetValue(BareAgents) ?? [])
            {
                var agent = new BareAgentOptions
                {
                    Server = options.Xmpp,
                    Name = name,
                    Password = "bare-" + name,
                    LiderUser = options.Xmpp.Username!,
                    AuthorizingUser = options.Registration.AuthorizedUser ?? "admin",
                    AuthorizingPassword = options.Registration.AuthorizedPassword,
                };
                await BareAgent.RegisterAsync(agent, TimeSpan.FromSeconds(30), cancellationToken);
                agents.Add(await BareAgent.ConnectAsync(agent, cancellationToken));
            }

            return await run(server, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e) when (e is BareXmppException or IOException or System.Net.Sockets.SocketException or TimeoutException or JsonException)
        {
            await Console.Error.WriteLineAsync($"lider-simulator: {e.Message}");
            return 2;
        }
        finally
        {
            foreach (var agent in agents)
            {
                await agent.DisposeAsync();
            }
        }
    }

    private static LiderServerOptions Options(ParseResult arguments, Action<string> report)
    {
        var authorized = arguments.GetValue(AuthorizedUser)?.Split(':', 2);
        return new LiderServerOptions
        {
            Xmpp = new BareXmppOptions
            {
                Host = arguments.GetRequiredValue(Host),
                Port = arguments.GetValue(Port),
                Domain = arguments.GetRequiredValue(Domain),
                Username = arguments.GetRequiredValue(User),
                Password = arguments.GetRequiredValue(Password),
                Resource = "Smack",
                UseTls = arguments.GetValue(Tls),
            },
            RowDelay = TimeSpan.FromMilliseconds(arguments.GetValue(RowDelay)),
            Registration = new RegistrationScript
            {
                AuthorizedUser = authorized?[0],
                AuthorizedPassword = authorized is [_, var password] ? password : "",
            },
            Report = report,
        };
    }

    private static void Print(string line) => Console.Out.WriteLine($"{TimeProvider.System.GetLocalNow():HH:mm:ss.fff} lider  {line}");

    private static Option<T> Setting<T>(string name, string description, T value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value, Recursive = true };
}
