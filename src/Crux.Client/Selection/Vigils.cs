namespace Crux.Client.Selection;

/// <summary>
/// Instances whose node has left the flock and that don't answer. Most went with their node; but where the daemon alone was restarted, on a machine too
/// busy to answer in time, they live, and nothing else would say so before they are listed again. So each is tried on for a while. Single-threaded.
/// </summary>
/// <typeparam name="T">The instance.</typeparam>
internal sealed class Vigils<T>(int max) where T : class
{
    /// <summary>How long one is tried: a daemon that is restarted is back by then on all but a lost machine, and tries come at least every 7.5 s.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly List<(T Instance, TimeSpan Since)> _kept = [];

    /// <summary>Whether a silent one is tried on; its time begins with the first question.</summary>
    /// <param name="now">Monotonic.</param>
    public bool Keeps(T instance, TimeSpan now)
    {
        var place = _kept.FindIndex(it => it.Instance == instance);
        if (place >= 0)
            return now - _kept[place].Since < Limit;
        if (_kept.Count == max)
            return false;
        _kept.Add((instance, now));
        return true;
    }

    /// <summary>It has answered, its node is back, or it is given up.</summary>
    public void End(T instance) => _kept.RemoveAll(it => it.Instance == instance);
}
