namespace Crux.Machines.Registry;

/// <summary>Makes answers of what a reeve knows.</summary>
internal static class Answering
{
    public static ReeveAnswer Make(InterestTable.Followed followed, EntryCache cache, GroupSnapshot view, StewardPhase steward, ulong revision)
    {
        var selector = followed.Selector;
        if (selector.Group.Length > 0 && selector.Group != view.Group)
        {
            var stranger = $"this node is in group '{view.Group}' only and knows nothing of '{selector.Group}'";
            return new ReeveAnswer(selector, RankedOffers.None, revision, steward, IsComplete: true, stranger);
        }
        var candidates = cache.Of(selector.Api);
        var ranked = Ranking.Rank(
            selector.Version is null ? candidates : candidates.Where(entry => InstanceName.CompareVersions(entry.Instance.Version, selector.Version) == 0),
            view);
        // Ready is said of an answer only once it holds all that the steward had to say.
        var standing = steward == StewardPhase.Ready && !followed.IsComplete ? StewardPhase.Rebuilding : steward;
        return new ReeveAnswer(selector, ranked, revision, standing, followed.IsComplete, Note(followed, view, steward));
    }

    private static string Note(InterestTable.Followed followed, GroupSnapshot view, StewardPhase steward)
    {
        var name = view.Find(view.Self)?.Name ?? view.Self.Brief;
        return steward switch
        {
            StewardPhase.Absent => $"steward is away; this is what {name} last heard",
            StewardPhase.Rebuilding => $"steward is hearing from the nodes again; this is what {name} knows so far",
            _ => followed.IsComplete ? "" : $"steward has not answered yet; this is what {name} knows so far",
        };
    }
}
