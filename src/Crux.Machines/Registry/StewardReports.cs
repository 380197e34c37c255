namespace Crux.Machines.Registry;

/// <summary>What a reeve tells the steward that it attends of its own node: changes as they come, and at rest a digest. Renewals never.</summary>
internal sealed class StewardReports(OwnEntries own, ulong life, Instant bornAt, TimeSpan digestPeriod)
{
    private Instant _digestDue = Instant.Never;

    /// <summary>Whether a stream to a steward is open.</summary>
    public bool IsAttached { get; private set; }

    /// <summary>When <see cref="Tick"/> has something to say.</summary>
    public Instant Due => IsAttached ? _digestDue : Instant.Never;

    /// <summary>A stream is open. Its first word is a digest: a steward that knows this node by inheritance or from a former stream needs no more.</summary>
    public void Attach(Instant now, ReeveOutbox outbox)
    {
        IsAttached = true;
        Digest(now, outbox);
    }

    /// <summary>The stream is gone.</summary>
    public void Detach() => IsAttached = false;

    /// <summary>Something changed.</summary>
    public void Change(Instant now, ChangeReport change, ReeveOutbox outbox)
    {
        if (!IsAttached)
            return;
        outbox.Report(change);
        _digestDue = now + digestPeriod;
    }

    /// <summary>The steward wants everything.</summary>
    public void Snapshot(Instant now, ReeveOutbox outbox)
    {
        foreach (var part in own.ToSnapshot(life, now - bornAt))
            outbox.Report(part);
        _digestDue = now + digestPeriod;
    }

    /// <summary>Sends the digest that is due.</summary>
    public void Tick(Instant now, ReeveOutbox outbox)
    {
        if (Due <= now)
            Digest(now, outbox);
    }

    private void Digest(Instant now, ReeveOutbox outbox)
    {
        outbox.Report(own.ToDigest(life, now - bornAt));
        _digestDue = now + digestPeriod;
    }
}
