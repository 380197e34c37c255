namespace Crux.Client.Hosting;

/// <summary>The calls that are being served now, so that a change of the rules ends those that it forbids.</summary>
/// <remarks>Thread-safe. As many as Kestrel takes.</remarks>
internal sealed class LiveCalls
{
    private readonly Lock _gate = new();
    private LiveCall? _newest;

    public void Add(LiveCall call)
    {
        lock (_gate)
        {
            call.Older = _newest;
            if (_newest is not null)
                _newest.Newer = call;
            _newest = call;
        }
    }

    public void Remove(LiveCall call)
    {
        lock (_gate)
        {
            if (call.Newer is { } newer)
                newer.Older = call.Older;
            else
                _newest = call.Older;
            if (call.Older is { } older)
                older.Newer = call.Newer;
        }
    }

    /// <summary>Ends the calls that are not permitted any more; returns how many.</summary>
    public int EndAll(Func<LiveCall, bool> isForbidden)
    {
        List<LiveCall> forbidden = [];
        lock (_gate)
        {
            for (var call = _newest; call is not null; call = call.Older)
            {
                if (isForbidden(call))
                    forbidden.Add(call);
            }
        }
        // Outside the lock: ending a call runs what waits for its token.
        foreach (var call in forbidden)
            call.End();
        return forbidden.Count;
    }
}
