using System.Net.Sockets;
using Crux.Client.Connect;
using Crux.Client.Hosting;
using Crux.Client.Selection;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crux.Client.Rehearsal;

/// <summary>
/// Plays once in each process what a revocation does: a service, its caller and a node that exist for it alone; the rules forbid the call, the
/// caller's key is taken back, its node leaves. Code that never ran is loaded and compiled by its first use, and that would be when a
/// stream must end within milliseconds.
/// </summary>
/// <remarks>
/// By the very classes that do it in earnest, and on nothing that is real: a socket in a directory of its own, a port on loopback that lets in
/// whom the play's own node vouches for, and no log. In the instruments its calls stand under its selector.
/// </remarks>
internal static class DryRun
{
    /// <summary>A program that doesn't want it says <c>false</c> to this in its runtime configuration.</summary>
    public const string Switch = "Crux.Client.Rehearsal";

    /// <summary>After the node's first answer: a start has other things to do, and who lives shorter is not worth it.</summary>
    public static readonly TimeSpan Delay = TimeSpan.FromSeconds(10);

    private const string Caller = "crux-rehearsal";
    private const uint Loopback = 0x7F00_0001;

    /// <summary>Each wait in the play. It ends there where the machine is too busy, and the first revocation finds some of the code cold.</summary>
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(20);

    private static readonly InstanceName Instance = InstanceName.Parse("crux-rehearsal_1");

    private static int _begun;

    /// <summary>Plays when the time has come, unless it was played or is not wanted.</summary>
    public static async Task OnceAsync(ReeveLink link, CancellationToken stop)
    {
        if (AppContext.TryGetSwitch(Switch, out var isWanted) && !isWanted)
            return;
        try
        {
            await link.WaitPastAsync(0, stop);
            await Task.Delay(Delay, stop);
            if (Interlocked.Exchange(ref _begun, 1) == 0)
                await PlayAsync(stop);
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or UnauthorizedAccessException or SocketException or TimeoutException or RpcException or ObjectDisposedException)
        {
            // Nobody watched: the process stops, or may have no directory, or the machine was too busy.
        }
    }

    /// <summary>Plays all of it; returns how many streams ended as they should.</summary>
    public static async Task<int> PlayAsync(CancellationToken stop)
    {
        await using var stage = await Stage.OpenAsync(stop);
        var options = new CruxServiceOptions { Socket = stage.Socket, HoldPeriod = TimeSpan.Zero, KeyOverlap = TimeSpan.Zero, DrainQuiet = TimeSpan.Zero, DrainGrace = TimeSpan.Zero };
        await using var lease = new ProcessLease(CruxProcess.Lease(stage.Socket, options.ReconnectPause, options.HoldPeriod));
        await using var served = await ServedPoint.StartAsync(
            stage.Reeve, Instance, NetAddress.V4(Loopback, 0), lease.Process, options, NullLoggerFactory.Instance, new Deaf(), _ => null, stop);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var keys = served.Listener.Keys;
        var vouching = keys.RunAsync(served.Address.ToString(), over.Token);
        try
        {
            await keys.Answered.WaitAsync(WaitLimit, stop);
            stage.Reeve.Offer(Instance, served.Address, keys.Current.Pin);
            await using var channel = new CruxChannel(new Route(CruxProcess.Lease(stage.Socket, options.ReconnectPause, options.HoldPeriod), Selector.Parse(Instance.ToString()), CallerOptions(stage.Socket)));
            var health = new Health.HealthClient(channel);
            var ended = await EndAsync(health, stage.Rules.Deny, stop);
            stage.Rules.Allow();
            ended += await EndAsync(health, () => stage.Reeve.Ban(Caller), stop);
            return ended + await EndAsync(health, stage.Reeve.Leave, stop);
        }
        finally
        {
            await over.CancelAsync();
            await vouching;
        }
    }

    private static CruxClientOptions CallerOptions(string socket) => new()
    {
        Socket = socket, ClientName = Caller, RescanPeriod = TimeSpan.Zero, DefaultDeadline = WaitLimit, HoldPeriod = TimeSpan.Zero, RenewalSpread = TimeSpan.Zero,
    };

    private static async Task<int> EndAsync(Health.HealthClient health, Action revoke, CancellationToken stop)
    {
        using var call = await OpenAsync(health, stop);
        revoke();
        try
        {
            while (await call.ResponseStream.MoveNext(stop).WaitAsync(WaitLimit, stop))
            {
            }
            return 0;
        }
        catch (RpcException)
        {
            return 1;
        }
    }

    private static async Task<AsyncServerStreamingCall<HealthCheckResponse>> OpenAsync(Health.HealthClient health, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(WaitLimit);
        while (true)
        {
            var call = health.Watch(new HealthCheckRequest(), cancellationToken: stop);
            try
            {
                if (await call.ResponseStream.MoveNext(limit.Token))
                    return call;
            }
            catch (RpcException)
            {
                // What was revoked last still is.
            }
            call.Dispose();
            await Task.Delay(RetryPause, limit.Token);
        }
    }

    private sealed class Deaf : IQuittable
    {
        public ByteString? Node => null;

        public void Quit(string caller, string reason, TimeSpan? grace)
        {
        }
    }
}
