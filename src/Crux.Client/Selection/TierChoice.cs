namespace Crux.Client.Selection;

/// <summary>
/// Which instances a client connects to, and in which tier it calls. Make before break: a lower tier that works is kept until a
/// better one does; a lower tier is opened only when nothing better can be reached. Pure.
/// </summary>
internal static class TierChoice
{
    /// <summary>Returns what to be connected to; <paramref name="activeTier"/> is the tier to call in, -1 for none.</summary>
    /// <param name="max">Connections in a tier; each one that fails is stood in for, up to twice this number.</param>
    public static List<string> Choose(IReadOnlyList<Candidate> candidates, int max, out int activeTier)
    {
        var wanted = new List<string>();
        var mayOpen = true;
        activeTier = -1;
        foreach (var tier in candidates.GroupBy(candidate => candidate.Tier).OrderBy(group => group.Key))
        {
            var isPending = false;
            var sound = 0;
            var taken = 0;
            foreach (var candidate in tier.OrderByDescending(candidate => candidate.Score).ThenBy(candidate => candidate.Key, StringComparer.Ordinal))
            {
                if (sound == max || taken == 2 * max)
                    break;
                if (!mayOpen && candidate.State != EndpointState.Ready)
                    continue;
                wanted.Add(candidate.Key);
                taken++;
                if (candidate.State == EndpointState.Failed)
                    continue;
                sound++;
                if (candidate.State == EndpointState.Ready)
                    activeTier = tier.Key;
                else
                    isPending = true;
            }
            if (activeTier >= 0)
                break;
            mayOpen &= !isPending;
        }
        return wanted;
    }
}
