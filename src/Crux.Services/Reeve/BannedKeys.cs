using Crux.Services.Trust;

namespace Crux.Services.Reeve;

/// <summary>Has this node's processes take new keys when an operator takes theirs back: the new ones are signed with the knowledge of it, and count.</summary>
/// <remarks>
/// After a restart it turns once more the keys of whoever is still named: whether they were turned before the node stopped is not
/// written down, and a turn too many costs a signature.
/// </remarks>
public sealed class BannedKeys(RuleBoard rules, IGroupView view, KeyGenerations generations)
{
    private readonly Dictionary<string, uint> _turned = new(StringComparer.Ordinal);

    /// <summary>Follows the rules until stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var inForce in rules.WatchAsync(stopping))
                Obey(inForce);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private void Obey(RulesInForce inForce)
    {
        foreach (var ban in inForce.Set.Bans.Where(ban => ban.Node == view.Current.Self))
        {
            if (_turned.TryGetValue(ban.Service, out var until) && until >= ban.Since)
                continue;
            _turned[ban.Service] = ban.Since;
            try
            {
                // A ban for one endpoint voids no key for another: those count on, and their streams are not ended by their successors.
                generations.Turn(ban.Service, atOnce: ban.To.Length == 0);
            }
            catch (IOException)
            {
                // Told of elsewhere. The keys are void wherever they are shown; new ones come with the next turn or restart.
            }
        }
    }
}
