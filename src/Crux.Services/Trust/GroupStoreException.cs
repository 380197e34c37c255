namespace Crux.Services.Trust;

/// <summary>What a group keeps can't be read. The message says what is wrong, and what to do.</summary>
public sealed class GroupStoreException : Exception
{
    /// <summary>Says what is wrong, and what to do.</summary>
    public GroupStoreException(string message) : base(message)
    {
    }

    /// <summary>Says what is wrong, what to do, and where it came from.</summary>
    public GroupStoreException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>For serializers and tests.</summary>
    public GroupStoreException()
    {
    }
}
