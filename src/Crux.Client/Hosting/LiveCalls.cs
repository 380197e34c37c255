namespace Crux.Client.Hosting;

/// <summary>The calls that are being served now, so that a change of the rules ends those that it forbids.</summary>
/// <remarks>Thread-safe. As many as Kestrel takes.</remarks>
internal sealed class LiveCalls
{
    private readonly Lock _gate = new();
    private readonly LinkedList<LiveCall> _calls = new();

    public void Add(LiveCall call)
    {
        lock (_gate)
            call.Place = _calls.AddLast(call);
    }

    public void Remove(LiveCall call)
    {
        lock (_gate)
            _calls.Remove(call.Place!);
    }

    /// <summary>Ends the calls that are not permitted any more; returns how many.</summary>
    public int EndAll(Func<LiveCall, bool> isForbidden)
    {
        List<LiveCall> forbidden;
        lock (_gate)
            forbidden = [.. _calls.Where(isForbidden)];
        // Outside the lock: ending a call runs what waits for its token.
        foreach (var call in forbidden)
            call.End();
        return forbidden.Count;
    }
}
