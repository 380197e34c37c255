using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux flock show</c>: how the flock is sealed, and which other flocks are near.</summary>
internal static class FlockShowCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("show", "Shows how the flock is sealed, and which others of the same secret are near.")
        {
            Examples = [("crux flock show", "its uuid, and who has it on disk"), ("crux flock show --json | jq '.foreigners[]'", "the strangers")],
        };
        command.SetAction((parsed, token) =>
        {
            var run = new CommandRun(terminal, options, parsed);
            return run.AskAsync(
                async (node, stop) =>
                {
                    var sealing = await node.Operator.GetSealingAsync(new GetSealingRequest(), node.Within(stop));
                    run.Answer(() => FlockJson.Of(sealing), screen => Write(sealing, screen));
                    return ExitCode.Ok;
                },
                token);
        });
        return command;
    }

    public static void Write(GetSealingReply sealing, Terminal terminal)
    {
        void Line(string what, string text, Tone tone = Tone.Plain) =>
            terminal.Out.WriteLine($"{new Cell(what.PadRight(10), Tone.Faint).For(terminal)}{new Cell(text, tone).For(terminal)}");

        if (sealing.Uuid.IsEmpty)
            Line("sealed", "no", Tone.Warn);
        else
            Line("sealed", Words.Hex(sealing.Uuid), Tone.Strong);
        if (!sealing.Uuid.IsEmpty)
            Line("on disk", sealing.Holders > 1 ? $"{sealing.Holders} of {sealing.Members} members" : "here; the leader knows of the others");
        if (sealing.WaitsFor.Length > 0)
            Line("waits", sealing.WaitsFor, Tone.Warn);
        if (!sealing.AbsorbedInto.IsEmpty)
            Line("goes into", Words.Hex(sealing.AbsorbedInto), Tone.Warn);
        Line("orders", $"{sealing.Orders} remembered");
        foreach (var foreigner in sealing.Foreigners)
            Line("foreign", $"{foreigner.Bloc}/{foreigner.Flock} at {foreigner.Address}{(foreigner.Uuid.IsEmpty ? ", not sealed" : $", sealed as {Words.Hex(foreigner.Uuid)}")}", Tone.Bad);
    }
}
