using System.CommandLine;
using Crux.Cli.Json;

namespace Crux.Cli.Commands;

/// <summary><c>crux node new-identity</c>: the cure for a copied disk. Needs no node, and none that runs.</summary>
internal static class NodeIdentityCommand
{
    private const string DefaultState = "/var/lib/crux";
    private const string KeyFile = "node.key";

    public static TaughtCommand Create(Terminal terminal, GlobalOptions options)
    {
        var state = new Option<string>("--state") { Description = "The state directory that fulcrum is given", HelpName = "DIRECTORY", DefaultValueFactory = _ => DefaultState };
        var command = new TaughtCommand("new-identity", "Puts this machine's node key aside, so that fulcrum makes another at its next start: for a machine whose disk was copied.")
        {
            Examples = [("systemctl stop fulcrum; crux node new-identity; systemctl start fulcrum", "on the copy")],
        };
        command.Add(state);
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.GuardAsync(stop => RenewAsync(run, parsed.GetValue(state)!, stop), token);
        });
        return command;
    }

    private static async Task<int> RenewAsync(CommandRun run, string state, CancellationToken cancellationToken)
    {
        var path = Path.Combine(state, KeyFile);
        if (await AnswersAsync(run, cancellationToken))
            throw new Failure(ExitCode.Refused, $"A node answers at {run.SocketPath}: it would keep its identity. Stop it first with 'systemctl stop fulcrum'.");
        if (!File.Exists(path))
            throw new Failure(ExitCode.Refused, $"There is no node key at {path}: fulcrum makes one at its next start. If it keeps its state elsewhere, name that with --state.");
        var aside = $"{path}.replaced";
        for (var i = 1; File.Exists(aside); i++)
            aside = $"{path}.replaced-{i}";
        try
        {
            File.Move(path, aside);
        }
        catch (UnauthorizedAccessException)
        {
            throw new Failure(ExitCode.Refused, $"You may not change {state}. Run it with sudo.");
        }
        run.Answer(() => new NewIdentityJson(aside), terminal => terminal.Out.WriteLine($"The key is now {aside}. At its next start fulcrum takes a new identity; where admission asks for it, approve that."));
        return ExitCode.Ok;
    }

    private static async Task<bool> AnswersAsync(CommandRun run, CancellationToken cancellationToken)
    {
        try
        {
            (await NodeSocket.ConnectAsync(run.SocketPath, run.Timeout, cancellationToken)).Dispose();
            return true;
        }
        catch (Failure)
        {
            return false;
        }
    }
}
