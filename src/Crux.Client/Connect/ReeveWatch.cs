using System.Collections.Immutable;
using Crux.Protos;
using Grpc.Core;

namespace Crux.Client.Connect;

/// <summary>Keeps one selector's offers current: pushes from the reeve, and a look-up each rescan period that heals a lost one.</summary>
internal sealed class ReeveWatch(ReeveLink link, Selector selector, TimeSpan rescanPeriod, TimeSpan hold, Action<ImmutableArray<Offering>> publish)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly OfferBook _book = new(hold);
    private readonly Lock _lock = new();
    private readonly long _start = link.Time.GetTimestamp();
    private ITimer? _holdTimer;
    private int _answers;
    private volatile bool _isAnswering;

    /// <summary>Whether a reeve has ever answered.</summary>
    public bool HasAnswer => Volatile.Read(ref _answers) > 0;

    /// <summary>Why nothing may be on offer, in words.</summary>
    public string Describe()
    {
        if (!_isAnswering)
            return link.Describe();
        lock (_lock)
        {
            var steward = _book.Steward switch
            {
                StewardState.Absent => "; the steward is away, so only what this node has heard is known",
                StewardState.Rebuilding => "; the steward is still hearing from the nodes",
                _ => "",
            };
            return $"the reeve offers no instance of it{steward}{(_book.Note.Length > 0 ? $" ({_book.Note})" : "")}: is the service running? See crux lookup {selector.Name} --why";
        }
    }

    public bool IsAnswering => _isAnswering;

    public async Task RunAsync(CancellationToken stop)
    {
        using var holdTimer = link.Time.CreateTimer(_ => EndHold(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _holdTimer = holdTimer;
        await Task.WhenAll(KeepWatchAsync(stop), rescanPeriod == TimeSpan.Zero ? Task.CompletedTask : RescanAsync(stop));
    }

    private Task KeepWatchAsync(CancellationToken stop) => link.KeepAsync(
        WatchAsync,
        exception =>
        {
            _isAnswering = false;
            link.ReportDown(exception);
        },
        stop);

    private async Task WatchAsync(CancellationToken stop)
    {
        using var call = link.Reeve.Watch(new WatchRequest { Selector = ToProto() }, cancellationToken: stop);
        var isNewReeve = true;
        await foreach (var reply in call.ResponseStream.ReadAllAsync(stop))
        {
            Apply(reply, isNewReeve);
            isNewReeve = false;
            _isAnswering = true;
        }
        throw new IOException("the reeve ended its answer");
    }

    private async Task RescanAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(rescanPeriod, link.Time);
        while (await TicksAsync(timer, stop))
        {
            if (!_isAnswering)
                continue;
            var epoch = Volatile.Read(ref _answers);
            try
            {
                var reply = await link.Reeve.FindAsync(new FindRequest { Selector = ToProto() }, deadline: Deadline(), cancellationToken: stop);
                // An answer that a push overtook may be the older one; the next rescan looks again.
                if (_isAnswering && Volatile.Read(ref _answers) == epoch)
                    Apply(reply, isNewReeve: false);
            }
            catch (RpcException)
            {
                // The watch loop notices an absent reeve by itself, and says so.
            }
        }
    }

    private DateTime Deadline() => link.Time.GetUtcNow().UtcDateTime + rescanPeriod;

    private static async ValueTask<bool> TicksAsync(PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Apply(FindReply reply, bool isNewReeve)
    {
        ImmutableArray<Offering> offers;
        lock (_lock)
        {
            if (!_book.TryApply(reply, isNewReeve, link.Time.GetElapsedTime(_start)))
                return;
            offers = _book.Offers;
            _answers++;
            // Nothing else may ever be heard: no rescan, and a registry where nothing happens.
            if (_book.HoldEnds is { } end)
                _holdTimer?.Change(Left(end), Timeout.InfiniteTimeSpan);
        }
        publish(offers);
    }

    private void EndHold()
    {
        ImmutableArray<Offering> offers;
        lock (_lock)
        {
            if (_book.HoldEnds is not { } end)
                return;
            if (!_book.TryEndHold(link.Time.GetElapsedTime(_start)))
            {
                // Timers count coarser than the clock.
                _holdTimer?.Change(Left(end), Timeout.InfiniteTimeSpan);
                return;
            }
            offers = _book.Offers;
        }
        publish(offers);
    }

    private TimeSpan Left(TimeSpan end)
    {
        var left = end - link.Time.GetElapsedTime(_start);
        return left > ShortestWait ? left : ShortestWait;
    }

    private Protos.Selector ToProto() => new() { Group = selector.Group, Api = selector.Api, Version = selector.Version ?? "" };
}
