using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux services</c>: everything that is registered.</summary>
internal static class ServicesCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("services", "Lists every registered service point of the flock.")
        {
            Examples =
            [
                ("crux services", "by api, newest version first"),
                ("crux services --json | jq '.services | length'", "how many"),
            ],
        };
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync((node, stop) => ShowAsync(run, node, stop), token);
        });
        return command;
    }

    private static async Task<int> ShowAsync(CommandRun run, NodeConnection node, CancellationToken cancellationToken)
    {
        var reply = await node.Operator.ListServicesAsync(new ListServicesRequest(), node.Within(cancellationToken));
        var entries = reply.Entries
            .OrderBy(entry => entry.Api, StringComparer.Ordinal)
            .ThenByDescending(entry => VersionOf(entry), Comparer<string>.Create(InstanceName.CompareVersions))
            .ThenBy(entry => entry.NetId, NaturalOrder.Instance)
            .ToList();
        run.Answer(
            () => new ServicesJson([.. entries.Select(ServiceJson.Of)], Words.Of(reply.Steward), Words.About(reply.Steward, reply.Note), reply.Revision),
            terminal => Write(entries, terminal));
        run.Warn(Words.About(reply.Steward, reply.Note));
        return ExitCode.Ok;
    }

    private static string VersionOf(Entry entry) => InstanceName.TryParse(entry.Instance, out var name, out _) ? name.Version : "";

    private static void Write(List<Entry> entries, Terminal terminal)
    {
        if (entries.Count == 0)
        {
            terminal.Out.WriteLine("No service is registered.");
            return;
        }
        var table = new TextTable("INSTANCE", "AT", "ADDRESS", "STATUS", "");
        foreach (var entry in entries)
            table.Add(new Cell(entry.Instance, Tone.Strong), entry.NetId, entry.Address, Words.Painted(entry.Status), entry.StatusReason);
        table.Write(terminal);
    }
}
