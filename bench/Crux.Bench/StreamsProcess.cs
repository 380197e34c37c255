using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Crux.Client.Tests;
using Crux.Machines.Registry;
using Crux.Services.Tests;
using Crux.System.Tests.Lab;

namespace Crux.Bench;

/// <summary>A process with a service and a caller that has streams open to it, and the two nodes that they run on as far as they see them.</summary>
internal sealed class StreamsProcess : IAsyncDisposable
{
    public const int Streams = 8;

    private readonly SignedBoard _rules;
    private readonly Member[] _members;
    private readonly BoardNode _here;
    private readonly BoardNode _there;
    private readonly Process _process;

    private StreamsProcess(SignedBoard rules, Member[] members, BoardNode here, BoardNode there, Process process) =>
        (_rules, _members, _here, _there, _process) = (rules, members, here, there, process);

    public static async Task<StreamsProcess> StartAsync(CancellationToken cancellationToken)
    {
        var rules = new SignedBoard();
        var keys = Enumerable.Range(0, 2).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP256)).ToList();
        Member[] members = [Members.Of("here", keys[0], 0x7F000001), Members.Of("there", keys[1], 0x7F000002)];
        var here = new BoardNode("here", keys[0], 0x7F000001, members, rules.Board);
        var there = new BoardNode("there", keys[1], 0x7F000002, members, rules.Board);
        await here.StartAsync(cancellationToken);
        await there.StartAsync(cancellationToken);
        // What the operator's own side does is none of what is measured: not for the first time either.
        rules.Add("deny nobody other1");
        rules.Ban(new NodeId(1, 1), "nobody");
        var process = Process.Start(new ProcessStartInfo(
            Programs.Load, ["streams", "--socket", here.Socket, "--caller-socket", there.Socket, "--streams", Streams.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        })!;
        var selector = Selector.Parse("galumph2");
        ReeveAnswer listed;
        do
            listed = await here.Reeve.FindAsync(selector, cancellationToken);
        while (listed.Ranked.Offered.IsEmpty && !process.HasExited);
        await there.ListAsync(listed.Ranked.Offered[0].Entry, cancellationToken);
        return new(rules, members, here, there, process);
    }

    /// <summary>Revokes once the streams are open, and takes it back when all have ended; returns how long that took.</summary>
    public async Task<TimeSpan> RevokeAsync(Revocable what, CancellationToken cancellationToken)
    {
        await ReadAsync("open", cancellationToken);
        var begin = Stopwatch.GetTimestamp();
        Revoke(what);
        var took = Stopwatch.GetElapsedTime(begin, await ReadAsync("ended", cancellationToken));
        Restore(what);
        return took;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        _rules.Dispose();
    }

    private void Revoke(Revocable what)
    {
        if (what == Revocable.Rule)
            _rules.Add("deny web galumph2");
        else if (what == Revocable.Key)
            _rules.Ban(_there.Self.Id, "web");
        else
            _here.View.Change(view => view with { Members = [_members[0]] });
    }

    private void Restore(Revocable what)
    {
        if (what == Revocable.Rule)
            _rules.Drop("deny web galumph2");
        // A process takes a new key by itself.
        else if (what == Revocable.Node)
            _here.View.Change(view => view with { Members = [.. _members] });
    }

    // The clock is one for all processes of a machine.
    private async Task<long> ReadAsync(string word, CancellationToken cancellationToken)
    {
        var line = await _process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The process with the streams ended.");
        return line.Split(' ') is [var said, var at] && said == word ? long.Parse(at, CultureInfo.InvariantCulture) : throw new InvalidOperationException($"'{line}' instead of '{word}'.");
    }
}
