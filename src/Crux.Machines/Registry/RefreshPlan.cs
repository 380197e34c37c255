namespace Crux.Machines.Registry;

/// <summary>When the steward is asked again for what it left out and a reeve did not dare to forget: soon, then ever more rarely.</summary>
internal sealed class RefreshPlan(ReeveOptions options)
{
    private TimeSpan _pause;

    /// <summary>When to ask.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Begins where something is uncertain and no question is due, and ends where nothing is.</summary>
    public void Follow(Instant now, bool isUncertain)
    {
        if (!isUncertain)
            Stop();
        else if (Due == Instant.Never)
        {
            _pause = options.RefreshPause;
            Due = now + _pause;
        }
    }

    /// <summary>Whether to ask now; then the next question comes after twice the pause.</summary>
    public bool TakeDue(Instant now)
    {
        if (now < Due)
            return false;
        _pause = TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, options.MaxRefreshPause.Ticks));
        Due = now + _pause;
        return true;
    }

    /// <summary>Nothing is asked any more.</summary>
    public void Stop() => Due = Instant.Never;
}
