using Crux.Client.Attempts;

namespace Crux.Client.Selection;

/// <summary>Which of the instances that are ready gets a call: the less loaded of two by chance, and one that has not failed it if there is one.</summary>
internal static class Pick
{
    /// <summary>An instance with a place taken for the call; null where there is none.</summary>
    public static Endpoint? Of(Endpoint[] ready, CallNote note)
    {
        // On another instance if there is one; on the same one otherwise.
        if (note.Failed.Count > 0 && ready.Length > 1)
        {
            var untried = Array.FindAll(ready, endpoint => !note.HasTried(endpoint));
            if (untried.Length > 0)
                ready = untried;
        }
        if (LessLoaded(ready) is { } endpoint && endpoint.TryAcquire())
            return endpoint;
        // Retired just now, and the array was read before: whatever else stands in it will do.
        return Array.Find(ready, other => other.TryAcquire());
    }

    private static Endpoint? LessLoaded(ReadOnlySpan<Endpoint> ready)
    {
        switch (ready.Length)
        {
            case 0:
                return null;
            case 1:
                return ready[0];
        }
        var first = Random.Shared.Next(ready.Length);
        var second = Random.Shared.Next(ready.Length - 1);
        if (second >= first)
            second++;
        return ready[second].Outstanding < ready[first].Outstanding ? ready[second] : ready[first];
    }
}
