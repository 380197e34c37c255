using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;

namespace Crux.Cli.Commands;

/// <summary><c>crux status</c>: is this node well, is its flock, and if not, where to look.</summary>
internal static class StatusCommand
{
    /// <summary>Sources of unread datagrams shown to people; a screen has 24 lines.</summary>
    private const int MaxUnread = 4;

    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var command = new TaughtCommand("status", "Shows how this node and its flock are, and warns of what is not right.")
        {
            Examples = [("crux status", "at 3 a.m. start here"), ("crux status --json | jq .warnings", "for a monitor; exit code 1 means not started, no leader, or shut out")],
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
        var status = await node.Operator.GetStatusAsync(new GetStatusRequest(), node.Within(cancellationToken));
        run.Answer(() => ToJson(status), terminal => Write(status, terminal));
        foreach (var warning in status.Warnings)
            run.Warn(warning);
        return status.Booted && !status.LeaderId.IsEmpty && !status.Outside ? ExitCode.Ok : ExitCode.No;
    }

    private static void Write(GetStatusReply status, Terminal terminal)
    {
        void Line(string what, string text, Tone tone = Tone.Plain) =>
            terminal.Out.WriteLine($"{new Cell(what.PadRight(10), Tone.Faint).For(terminal)}{new Cell(text, tone).For(terminal)}");

        var node = status.Node;
        var unreachable = status.MembersUnreachable > 0 ? $", {status.MembersUnreachable} unreachable" : "";
        Line("node", $"{node.Name}  {node.Address}{(node.Rack.Length > 0 ? $"  rack {node.Rack}" : "")}  up {SpanText.Brief(status.Uptime.ToTimeSpan())}", Tone.Strong);
        Line("flock", $"{status.FlockId}, {status.MembersAlive} alive{unreachable}, {(status.Settled ? "settled" : "not settled")}", status.Settled ? Tone.Plain : Tone.Warn);
        if (!status.SealedAs.IsEmpty)
            Line("sealed", Words.Hex(status.SealedAs));
        if (status.LeaderId.IsEmpty)
            Line("leader", "none", Tone.Bad);
        else
            Line("leader", $"{status.LeaderName} for {SpanText.Brief(status.LeaderFor.ToTimeSpan())}, {Words.GradeOf(status)}, {Words.TermOf(status)}{(status.LeaderId == node.NodeId ? " (this node)" : "")}");
        if (status.Voters.Count > 0)
            Line("voters", string.Join(", ", status.Voters));
        Line("keys", status.KeyGeneration == 0 ? "of the flock file" : $"generation {status.KeyGeneration}, {SpanText.Brief(status.KeyAge.ToTimeSpan())} old, epoch {status.KeyEpoch}");
        var steward = Words.Painted(status.Steward);
        Line("steward", steward.Text, steward.Tone);
        Line("services", $"{status.LocalServices} here, {status.KnownServices} in its cache");
        Line("start-up", status.Booted ? "done" : "not done", status.Booted ? Tone.Good : Tone.Warn);
        if (status.Traffic is { } traffic)
        {
            Line("sent", $"{Words.Number(traffic.DatagramsSent)} datagrams, {Words.Bytes(traffic.BytesSent)}");
            Line("received", $"{Words.Number(traffic.DatagramsReceived)} datagrams, {Words.Bytes(traffic.BytesReceived)}; {Words.Number(traffic.DatagramsRejected)} rejected, {Words.Number(traffic.DatagramsDropped)} dropped");
        }
        foreach (var source in status.Unread.Take(MaxUnread))
            Line("unread", $"{Words.Number(source.Count)} datagrams from {source.Address}: {source.Why}, the last {SpanText.Brief(source.Ago.ToTimeSpan())} ago", Tone.Warn);
        if (status.Unread.Count > MaxUnread)
            Line("", $"and {status.Unread.Count - MaxUnread} more addresses; --json lists them");
        Line("id", Words.Hex(node.NodeId));
        Line("version", status.Version);
    }

    private static StatusJson ToJson(GetStatusReply status) => new(
        NodeJson.Of(status.Node), status.Version, status.Uptime.ToTimeSpan().TotalSeconds,
        new ViewJson(status.MembersAlive, status.MembersUnreachable, status.Settled),
        LeaderJson.Of(status), TokenJson.Of(status.Token), Words.Of(status.Steward), new ServiceCountJson(status.LocalServices, status.KnownServices), status.Booted,
        new TrafficJson(status.Traffic.DatagramsSent, status.Traffic.BytesSent, status.Traffic.DatagramsReceived, status.Traffic.BytesReceived,
            status.Traffic.DatagramsRejected, status.Traffic.DatagramsDropped),
        status.SealedAs.IsEmpty ? null : Words.Hex(status.SealedAs),
        [.. status.Unread.Select(source => new UnreadJson(source.Address, source.Count, source.Why, source.Ago.ToTimeSpan().TotalSeconds))],
        [.. status.Warnings], new KeyAgeJson(status.KeyGeneration, status.KeyEpoch, status.KeyAge?.ToTimeSpan().TotalSeconds ?? 0), status.Outside);
}
