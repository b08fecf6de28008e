namespace Ahenk.Silo.Control;

/// <summary>How many may follow at once. What users can take up is not root's, and what one user can take up is not everybody's.</summary>
internal sealed class FollowerPlaces
{
    private const int MostOfRoot = 16;
    private const int MostOfUsers = 8;
    private const int MostOfOneUser = 2;

    private readonly Lock _gate = new();
    private readonly List<PeerCredentials> _taken = [];

    /// <summary>Takes a place until what is returned is disposed.</summary>
    /// <exception cref="ControlException">There is none left.</exception>
    public IDisposable Take(PeerCredentials caller)
    {
        lock (_gate)
        {
            var isFull = caller.IsPrivileged
                ? _taken.Count(other => other.IsPrivileged) >= MostOfRoot
                : _taken.Count(other => !other.IsPrivileged) >= MostOfUsers || _taken.Count(other => other.UserId == caller.UserId) >= MostOfOneUser;
            if (isFull)
            {
                throw new ControlException(JsonRpc.Busy, "Too many follow the events already; end one of them first.");
            }

            _taken.Add(caller);
            return new Place(this, caller);
        }
    }

    private void Leave(PeerCredentials caller)
    {
        lock (_gate)
        {
            _taken.Remove(caller);
        }
    }

    private sealed class Place(FollowerPlaces places, PeerCredentials caller) : IDisposable
    {
        public void Dispose() => places.Leave(caller);
    }
}
