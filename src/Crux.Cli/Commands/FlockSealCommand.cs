using System.CommandLine;
using System.Diagnostics;
using Crux.Cli.Json;
using Crux.Machines.Flock.Authority;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux flock seal</c>: from then on the flock mixes with no other.</summary>
internal static class FlockSealCommand
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(100);

    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var key = options.OperatorKey;
        var expect = new Option<uint?>("--expect") { Description = "Seal as soon as so many nodes are seen, and not before", HelpName = "N" };
        var solo = new Option<bool>("--solo") { Description = "Seal this node alone; refused while it sees another" };
        var command = new TaughtCommand("seal", "Seals the flock: its leader writes a birth record, every node puts it on disk, and it never mixes with another sealed flock.")
        {
            Examples =
            [
                ("crux flock seal --expect 40 --operator-key prod.operator", "once all 40 nodes are there"),
                ("crux flock seal --solo --operator-key prod.operator", "a flock of one machine"),
            ],
        };
        OperatorOrders.NeedKey(command, options);
        command.Add(expect);
        command.Add(solo);
        command.Validators.Add(result =>
        {
            if (result.GetValue(solo) == result.GetValue(expect) is not null)
                result.AddError("Say how many nodes there must be with --expect N, or --solo for this one alone: what is sealed too early leaves the others outside.");
            else if (result.GetValue(expect) is 0)
                result.AddError("--expect is at least 1.");
        });
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            var terms = new SealTerms(parsed.GetValue(expect) ?? 1, parsed.GetValue(solo));
            return run.AskAsync((node, stop) => SealAsync(run, node, parsed.GetValue(key)!, terms, stop), token);
        });
        return command;
    }

    private static async Task<int> SealAsync(CommandRun run, NodeConnection node, string key, SealTerms terms, CancellationToken cancellationToken)
    {
        var patience = Stopwatch.StartNew();
        await OperatorOrders.GiveAsync(node, key, OrderKind.Seal, terms.ToPayload(), cancellationToken);
        GetSealingReply sealing;
        do
        {
            sealing = await node.Operator.GetSealingAsync(new GetSealingRequest(), node.Within(cancellationToken));
            if (!sealing.Uuid.IsEmpty)
                break;
            await Task.Delay(LookPeriod, cancellationToken);
        }
        // The last fifth of the time is for the answer.
        while (patience.Elapsed < 0.8 * run.Timeout);
        run.Answer(() => FlockJson.Of(sealing), screen => FlockShowCommand.Write(sealing, screen));
        if (!sealing.Uuid.IsEmpty)
            return ExitCode.Ok;
        run.Warn($"The order is given and stands for ten minutes: {(sealing.WaitsFor.Length > 0 ? sealing.WaitsFor : "the leader has not written the birth record yet")}. Follow it with 'crux flock show'.");
        return ExitCode.No;
    }
}
