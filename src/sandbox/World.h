#pragma once

#include "CustomersFile.h"

#include <cstdint>
#include <iosfwd>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace oauth_batch::sandbox {

/// What the documentation does not say, for the tests to try both.
struct Policies
{
    enum class Missing : std::uint8_t
    {
        success, ///< unassigning what is not assigned is answered with success
        notFound
    };
    enum class InUse : std::uint8_t
    {
        reject, ///< an unforced unassign of a profile in use is answered `success:false`
        badRequest
    };
    enum class SameProvider : std::uint8_t
    {
        allow, ///< a customer may have several profiles of one provider
        badRequest
    };

    Missing missing = Missing::success;
    InUse inUse = InUse::reject;
    SameProvider sameProvider = SameProvider::allow;

    bool operator==(const Policies&) const = default;
};

/// A profile that exists from the start.
struct ProfileRecord
{
    std::string id;       ///< digits
    std::string provider; ///< "hubspot"; may be empty

    bool operator==(const ProfileRecord&) const = default;
};

/// What an operation did to the state.
enum class Effect : std::uint8_t
{
    none,
    applied,
    repeated ///< confirmed, but the state was already so
};

enum class OperationResult : std::uint8_t
{
    success,
    rejected, ///< 200, success:false
    badRequest,
    notFound
};

struct OperationReport
{
    OperationResult result = OperationResult::success;
    Effect effect = Effect::none;
};

/// The state behind the API: customers, profiles, assignments, profiles in use. A world made of a
/// customers file is closed: nothing else exists. Without one it is open: every customer and every
/// profile exists as soon as it is named. Thread-safe; blocks only for its own mutex.
class World
{
public:
    /// An open world.
    World(const std::vector<ProfileRecord>& profiles, Policies policies);

    /// A closed world. Throws DataError if two customers share an ID or external ID.
    World(const std::vector<CustomerRecord>& customers, const std::vector<ProfileRecord>& profiles,
          Policies policies);

    /// `customerId` as in the request, decoded: digits, or `E` and the external ID.
    OperationReport assign(std::string_view customerId, std::string_view profileId);
    OperationReport unassign(std::string_view customerId, std::string_view profileId, bool force);

    /// The documented listings in JSON, ordered by ID; an empty list beyond the last page.
    std::string listProfiles(std::uint32_t page, std::uint32_t perPage) const;
    std::string listCustomers(std::uint32_t page, std::uint32_t perPage) const;

    /// All assignments as CSV: `managed_user_id,external_id,profile_id`, sorted by customer, then
    /// profile. A customer of an open world has only the name by which it was called.
    void writeAssignments(std::ostream& out) const;

    std::size_t customerCount() const;
    bool isOpen() const { return open_; }

private:
    using Index = std::uint32_t;

    struct Customer
    {
        std::string id;
        std::string externalId;
        std::string name;
        std::vector<Index> assigned;
        std::vector<Index> inUse;
    };
    struct Profile
    {
        std::string id;
        std::string provider;
        std::uint32_t customers = 0;
    };
    struct Hash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const
        {
            return std::hash<std::string_view>()(text);
        }
    };
    using Names = std::unordered_map<std::string, Index, Hash, std::equal_to<>>;

    void addCustomer(const CustomerRecord& record);
    Index addProfile(std::string_view id, std::string_view provider);
    Customer* findCustomer(std::string_view customerId);
    std::optional<Index> findProfile(std::string_view profileId);
    bool holdsSameProvider(const Customer& customer, Index profile) const;
    std::vector<const Profile*> profilesInOrder() const;
    std::vector<const Customer*> customersInOrder() const;

    const bool open_;
    const Policies policies_;
    mutable std::mutex mutex_; ///< protects all below
    std::vector<Customer> customers_;
    Names customerNames_; ///< as a request calls them
    std::vector<Profile> profiles_;
    Names profileNames_;
};

} // namespace oauth_batch::sandbox
