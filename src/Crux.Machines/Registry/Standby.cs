namespace Crux.Machines.Registry;

/// <summary>
/// Whether a reeve follows the whole registry: on every node that voters may elect next, so that whoever it is can answer at once. What
/// was followed is kept until an elected leader is seen that makes it needless.
/// </summary>
internal sealed class Standby
{
    /// <summary>Whether everything is followed.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Whether a steward has told everything since it is followed.</summary>
    public bool IsWhole { get; set; }

    /// <summary>Takes a newer view; returns whether <see cref="IsOn"/> changed.</summary>
    public bool See(GroupSnapshot view)
    {
        // Between two leaders, and on the node that has just been elected, nothing changes: this is the moment that it is for.
        if (view.Leader is not { } leader || view.Grade != LeaderGrade.Fenced || leader == view.Self)
            return false;
        var isOn = view.Voters.Contains(view.Self);
        if (isOn == IsOn)
            return false;
        (IsOn, IsWhole) = (isOn, false);
        return true;
    }

    /// <summary>What was followed has been handed over.</summary>
    public void End() => (IsOn, IsWhole) = (false, false);
}
